/// What the operator decides about sessions.
package struct SessionSettings: Sendable, Equatable {
    /// `sessions.max`.
    package var maxSessions: Int
    /// `sessions.max_users`, at most 2¹⁹ − 1.
    package var maxUsers: Int
    /// `sessions.pin_ip`: a token works only from the address the API was told. An unspecified address (`0.0.0.0`,
    /// `::`) pins nothing: backends send it where they know no better.
    package var pinsAddresses: Bool
    /// `relay.location`; `nil` where filters are ignored.
    package var location: RelayLocation?
    /// How many dedicated port pairs there are; `nil` where all sessions share one pair. Fixed at start.
    package var dedicatedPairs: Int?
    /// `sessions.host_timeout` and `sessions.user_timeout`, milliseconds, for the words of findings. Fixed at start.
    package var hostTimeout: UInt32
    package var userTimeout: UInt32
    /// What clients are told to connect to, for the words of findings. Fixed at start.
    package var identity: RelayIdentity
    /// `webhook.usage_url`: who is told of a session's usage when it ends; `nil` for nobody.
    package var usageURL: String?

    package init(
        maxSessions: Int = 100_000,
        maxUsers: Int = 1000,
        pinsAddresses: Bool = false,
        location: RelayLocation? = nil,
        dedicatedPairs: Int? = nil,
        hostTimeout: UInt32 = 15_000,
        userTimeout: UInt32 = 30_000,
        identity: RelayIdentity = RelayIdentity(address: "127.0.0.1"),
        usageURL: String? = nil
    ) {
        self.maxSessions = maxSessions
        self.maxUsers = maxUsers
        self.pinsAddresses = pinsAddresses
        self.location = location
        self.dedicatedPairs = dedicatedPairs
        self.hostTimeout = hostTimeout
        self.userTimeout = userTimeout
        self.identity = identity
        self.usageURL = usageURL
    }
}

/// What the control plane counts, for metrics.
package struct SessionCounts: Sendable, Equatable {
    /// Sessions served.
    package var sessions: Int
    /// Live users of the sessions served.
    package var users: Int
    /// Tokens of ended sessions that are kept from reuse.
    package var reservedTokens: Int
    /// Sessions whose removals are cut off, but not durable yet.
    package var unsettledRemovals: Int
    /// Sessions that are kept in the store, but cannot be served with this configuration.
    package var parked: Int
    /// How often a database that had lost its tail was accepted, since the state directory was set up.
    package var lostTails: Int

    package init(
        sessions: Int = 0,
        users: Int = 0,
        reservedTokens: Int = 0,
        unsettledRemovals: Int = 0,
        parked: Int = 0,
        lostTails: Int = 0
    ) {
        self.sessions = sessions
        self.users = users
        self.reservedTokens = reservedTokens
        self.unsettledRemovals = unsettledRemovals
        self.parked = parked
        self.lostTails = lostTails
    }
}
