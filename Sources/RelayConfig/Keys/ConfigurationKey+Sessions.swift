extension ConfigurationKey {
    /// `sessions.*` and `lobbies.*`
    static let sessionKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "sessions.max",
            \.sessions.max,
            .int(1...1_000_000),
            default: 100_000,
            reloadable: true,
            "Sessions alive at once; creating one more is answered with 503."
        ),
        ConfigurationKey(
            "sessions.max_users",
            \.sessions.maxUsers,
            .int(1...65_536),
            default: 1_000,
            reloadable: true,
            "Users of one session."
        ),
        ConfigurationKey(
            "sessions.idle_timeout",
            \.sessions.idleTimeout,
            .duration(.seconds(1)...days(20)),
            default: .seconds(600),
            reloadable: false,
            "A session ends when nothing valid has arrived for this long."
        ),
        ConfigurationKey(
            "sessions.unused_timeout",
            \.sessions.unusedTimeout,
            .duration(.seconds(1)...days(20)),
            default: .seconds(1_800),
            reloadable: false,
            "A session that nobody ever used ends after this long."
        ),
        ConfigurationKey(
            "sessions.host_timeout",
            \.sessions.hostTimeout,
            .duration(.milliseconds(100)...days(1)),
            default: .seconds(15),
            reloadable: false,
            """
            A host silent for this long may be replaced by another user, and clients learn of it. Clients give up by \
            themselves after 10 s, so 10 s or less is accepted with a warning.
            """
        ),
        ConfigurationKey(
            "sessions.user_timeout",
            \.sessions.userTimeout,
            .duration(.milliseconds(100)...days(1)),
            default: .seconds(30),
            reloadable: false,
            """
            The address of a user silent for this long is forgotten; token and connection id live as long as the \
            session. 10 s or less is accepted with a warning.
            """
        ),
        ConfigurationKey(
            "sessions.rejoin_ids",
            \.sessions.rejoinIDs,
            .bool,
            default: true,
            reloadable: false,
            """
            Whether a known user's fresh game connection gets a new connection id, so that a player who crashed can \
            rejoin at once.
            """
        ),
        ConfigurationKey(
            "sessions.pin_ip",
            \.sessions.pinIP,
            .bool,
            default: false,
            reloadable: false,
            """
            Whether a token works only from the address that the API was told. On real networks that is often not the \
            address that datagrams come from.
            """
        ),
        ConfigurationKey(
            "sessions.roaming",
            \.sessions.roaming,
            .choice,
            default: .normal,
            reloadable: false,
            """
            When a user's datagrams may come from another IP address. strict: never. normal: once the old address was \
            silent for 2 seconds, and one that was replaced may come back. open: the newest wins.
            """
        ),
        ConfigurationKey(
            "lobbies.listen",
            \.lobbies.listen,
            optional: .listener,
            note: "the API's listener alone",
            example: "0.0.0.0:8081",
            reloadable: false,
            "A listener of its own that serves only the lobby service, so that players need not reach the API."
        ),
        ConfigurationKey(
            "lobbies.open",
            \.lobbies.open,
            .bool,
            default: false,
            reloadable: true,
            """
            Whether players' tokens are shown to, and lobbies are changed by, callers from any address. Needed by \
            players whose address changes between calls.
            """
        ),
        ConfigurationKey(
            "lobbies.host_timeout",
            \.lobbies.hostTimeout,
            .duration(.seconds(1)...days(1)),
            default: .seconds(60),
            reloadable: true,
            "A started lobby ends when its host has been silent for this long; twice as long before the first contact."
        ),
        ConfigurationKey(
            "lobbies.origins",
            \.lobbies.origins,
            .list(of: .origin, named: "origins"),
            default: [],
            note: "none; web pages may only read the list of lobbies",
            example: "[https://game.example.net]",
            reloadable: true,
            """
            The origins of web pages, such as a game's WebGL build, that may create and join lobbies and do what else a \
            player's address allows. An origin is what stands before the path in the page's address.
            """
        ),
        ConfigurationKey(
            "lobbies.max_seats_per_source",
            \.lobbies.maxSeatsPerSource,
            .int(1...65_536),
            default: 16,
            reloadable: true,
            """
            Players of one source address (IPv6: /64) in one lobby; another one is answered with 429. Players behind the \
            host's own address and callers with a key are not counted.
            """
        ),
    ]

    private static func days(_ count: Int) -> Duration { .seconds(86_400 * count) }
}
