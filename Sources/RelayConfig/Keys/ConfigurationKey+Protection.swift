extension ConfigurationKey {
    /// `guess.*` and `limits.*`
    static let protectionKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "guess.per_source",
            \.guess.perSource,
            .int(1...65_535),
            default: 50,
            reloadable: true,
            """
            Guesses a minute from one source (an IPv4 address or an IPv6 /64): wrong tokens that it has not sent before. Past \
            them it gets no answer to wrong tokens, and right ones get through from connected players, and for users that were \
            there within ten minutes or whose address the API was told.
            """
        ),
        ConfigurationKey(
            "guess.past_budget",
            \.guess.pastBudget,
            .int(0...65_535),
            default: 10,
            reloadable: true,
            """
            Guesses a second from a source that is past guess.per_source; with more of them nothing from there is looked up \
            for the rest of the second, except from connected players.
            """
        ),
        ConfigurationKey(
            "guess.per_session",
            \.guess.perSession,
            .int(1...1_000_000),
            default: 200,
            reloadable: true,
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
            reloadable: true,
            "Whether wrong tokens are answered at all: with Invalid, once a second and endpoint."
        ),
        ConfigurationKey(
            "guess.replies_per_second",
            \.guess.repliesPerSecond,
            .int(0...65_535),
            default: 100,
            reloadable: true,
            """
            Answers to wrong tokens a second, in all. Players whose user was revoked, or whose session ended, within half a \
            minute are told so besides.
            """
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
            "limits.user_datagrams",
            \.limits.userDatagrams,
            .int(0...4_000_000_000),
            default: 20_000,
            reloadable: true,
            """
            Datagrams a second from one user; what comes beyond is dropped (over_user_limit), whatever others send. 0 is \
            no limit.
            """
        ),
        ConfigurationKey(
            "limits.user_bytes",
            \.limits.userBytes,
            .int(0...4_000_000_000, unit: "bytes"),
            default: 20_000_000,
            reloadable: true,
            "Bytes of payload a second from one user; more is dropped (over_user_limit). 0 is no limit."
        ),
        ConfigurationKey(
            "limits.session_datagrams",
            \.limits.sessionDatagrams,
            .int(0...4_000_000_000),
            default: 50_000,
            reloadable: true,
            "Datagrams a second from all users of one session; more is dropped (over_session_limit). 0 is no limit."
        ),
        ConfigurationKey(
            "limits.session_bytes",
            \.limits.sessionBytes,
            .int(0...4_000_000_000, unit: "bytes"),
            default: 50_000_000,
            reloadable: true,
            "Bytes of payload a second from all users of one session; more is dropped (over_session_limit). 0 is no limit."
        ),
        ConfigurationKey(
            "limits.relay_datagrams",
            \.limits.relayDatagrams,
            .int(0...4_000_000_000),
            default: 0,
            reloadable: true,
            "Datagrams a second from all users of all sessions; more is dropped (over_relay_limit). 0 is no limit."
        ),
        ConfigurationKey(
            "limits.relay_bytes",
            \.limits.relayBytes,
            .int(0...4_000_000_000, unit: "bytes"),
            default: 0,
            reloadable: true,
            "Bytes of payload a second from all users of all sessions; more is dropped (over_relay_limit). 0 is no limit."
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
            """
            Connections to each HTTP listener at once. An eighth is kept for connections that sent a valid API key; when \
            the rest is taken, the one that is idle the longest gives way to a new one.
            """
        ),
        ConfigurationKey(
            "limits.connections_per_source",
            \.limits.connectionsPerSource,
            .int(1...1_000_000),
            default: 256,
            reloadable: false,
            """
            Connections of one source (an IPv4 address or an IPv6 /64) to each HTTP listener at once; past them its own \
            longest idle one gives way. api.trusted_proxies and Unix sockets are exempt.
            """
        ),
        ConfigurationKey(
            "limits.unread_bytes",
            \.limits.unreadBytes,
            .int(1_048_576...17_179_869_184, unit: "bytes"),
            default: 67_108_864,
            reloadable: false,
            """
            Bytes of answers that the clients of all HTTP listeners may leave unread. Past them, who has stopped reading is \
            cut off, and further answers are 503. A quarter is kept for connections that sent a valid API key.
            """
        ),
        ConfigurationKey(
            "limits.unread_bytes_per_source",
            \.limits.unreadBytesPerSource,
            .int(65_536...17_179_869_184, unit: "bytes"),
            default: 16_777_216,
            reloadable: false,
            "The same for one source; api.trusted_proxies and Unix sockets are exempt."
        ),
    ]
}
