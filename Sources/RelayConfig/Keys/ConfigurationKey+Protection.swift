extension ConfigurationKey {
    /// `guess.*` and `limits.*`
    static let protectionKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "guess.per_source",
            \.guess.perSource,
            .int(1...65_535),
            default: 50,
            reloadable: false,
            """
            Wrong-token datagrams a minute from one source (an IPv4 address or an IPv6 /64); past them, its datagrams are \
            dropped unless they come from a known endpoint.
            """
        ),
        ConfigurationKey(
            "guess.per_session",
            \.guess.perSession,
            .int(1...1_000_000),
            default: 200,
            reloadable: false,
            """
            Wrong users a second in one session; past them, users heard from in the last 5 s keep their address \
            whatever arrives.
            """
        ),
        ConfigurationKey(
            "guess.replies",
            \.guess.replies,
            .bool,
            default: true,
            reloadable: false,
            "Whether wrong tokens are answered at all."
        ),
        ConfigurationKey(
            "guess.replies_per_second",
            \.guess.repliesPerSecond,
            .int(0...65_535),
            default: 100,
            reloadable: false,
            "Answers to wrong tokens a second, in all."
        ),
        ConfigurationKey(
            "limits.users",
            \.limits.users,
            .int(1...16_000_000),
            default: 1_048_576,
            reloadable: false,
            "Users of all sessions together on one worker thread; memory for them is set aside at start."
        ),
        ConfigurationKey(
            "limits.api_body",
            \.limits.apiBody,
            .int(1_024...16_777_216, unit: "bytes"),
            default: 65_536,
            reloadable: true,
            "The longest request body that the API reads."
        ),
        ConfigurationKey(
            "limits.api_rate",
            \.limits.apiRate,
            .int(0...1_000_000),
            default: 0,
            reloadable: true,
            "Sessions created and users authorized a second with one key; 0 is no limit."
        ),
        ConfigurationKey(
            "limits.api_connections",
            \.limits.apiConnections,
            .int(1...1_000_000),
            default: 1_024,
            reloadable: false,
            "Connections to the API at once."
        ),
    ]
}
