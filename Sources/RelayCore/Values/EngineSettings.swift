/// The rules' switches and limits. Durations in milliseconds, at most `Stamp.longestAge`.
public struct EngineSettings: Sendable, Equatable {
    /// When a known user's address may change across IPs.
    public enum Roaming: Sendable {
        /// Never.
        case strict
        /// After silence, or when the new one is confirmed and the old one quiet.
        case normal
        /// Newest wins.
        case open
    }

    /// Silence after which another user may take over hosting.
    public var hostTimeout: UInt32 = 15_000
    /// Silence after which a user's address is forgotten.
    public var userTimeout: UInt32 = 30_000
    /// Silence after which a session that was used ends.
    public var idleTimeout: UInt32 = 600_000
    /// Silence after which a session that was never used ends.
    public var unusedTimeout: UInt32 = 1_800_000
    public var roaming: Roaming = .normal
    /// Whether a fresh hello from a new endpoint gets a new connection id.
    public var givesRejoinIDs = true
    /// Wrong users a second in one session past which users heard from lately cannot be rebound.
    public var wrongUsersPerSecond: UInt32 = 200
    public var limits = RateLimits()
    /// Local ports of the relay, host byte order: datagrams from them and an own address are loops. Two ranges, since the
    /// ports of a shared pair need not be neighbours.
    public var ownServerPorts: ClosedRange<UInt16> = 0...0
    public var ownClientPorts: ClosedRange<UInt16> = 0...0

    public init() {}
}

/// Figures of the wire protocol that are not configuration. Milliseconds where nothing else is said.
enum Rule {
    /// Held datagrams older than this are dropped: an old hello makes ghost connections.
    static let heldLifetime: UInt32 = 2_000
    /// Early joiners whose newest datagram is held, a session.
    static let heldPerSession: UInt32 = 16
    /// A replaced endpoint is ignored this long.
    static let retiredEndpointLifetime: UInt32 = 10_000
    /// A user gets at most one new connection id in this time.
    static let rejoinInterval: UInt32 = 1_000
    /// Another IP takes over at once when the old endpoint was silent this long.
    static let roamingSilence: UInt32 = 2_000
    /// Another IP needs this many datagrams within `roamingWindow` …
    static let roamingConfirmations: UInt8 = 3
    static let roamingWindow: UInt32 = 2_000
    /// … while the old endpoint was silent this long.
    static let roamingQuiet: UInt32 = 500
    /// Two endpoints that moved a user more often than this in `conflictWindow` are in conflict while both are alive.
    static let movesPerWindow: UInt8 = 3
    static let conflictWindow: UInt32 = 60_000
    /// An endpoint heard within this time is alive.
    static let aliveWithin: UInt32 = 2_000
    /// Under a flood of wrong users, users heard within this time cannot be rebound.
    static let frozenWithin: UInt32 = 5_000
    /// The address of a revoked or expired user is still told so this long.
    static let farewellLifetime: UInt32 = 30_000
    /// Revoked and deleted pairs are known as such this long: using one is no guess.
    static let departedLifetime: UInt32 = 600_000
    /// Connection ids below are users' numbers, at or above are rejoin ids.
    static let firstRejoinID: Int32 = 1 << 19
}
