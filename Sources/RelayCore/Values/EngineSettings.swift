/// The rules' switches and limits. Durations in milliseconds, at most `Stamp.longestAge`.
public struct EngineSettings: Sendable, Equatable {
    /// When a known user's address may change across IPs.
    public enum Roaming: Sendable {
        /// Never.
        case strict
        /// After silence; and whoever was replaced may take its place back.
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
    /// An endpoint that a rejoin from its own address replaced is ignored this long.
    static let retiredEndpointLifetime: UInt32 = 10_000
    /// New connection ids that a user may have at once …
    static let rejoinBudget: UInt32 = 12
    /// … and one more each time this has passed.
    static let rejoinInterval: UInt32 = 15_000
    /// A hello from the bound endpoint is a fresh connection's where the endpoint was silent this long before.
    static let helloSilence: UInt32 = 100
    /// Another IP takes over when the old endpoint was silent this long: four PINGs in a row are lost.
    static let roamingSilence: UInt32 = 2_000
    /// The same within a minute after an address took its place back.
    static let contestedSilence: UInt32 = 5_000
    /// An address that another one replaced may take its place back within this time …
    static let takingBackWindow: UInt32 = 60_000
    /// … with this many datagrams …
    static let takingBackDatagrams: UInt32 = 3
    /// … over at least this time.
    static let takingBackTime: UInt32 = 1_000
    /// For how long moves and conflicts are counted, and a conflict makes moving harder.
    static let conflictWindow: UInt32 = 60_000
    /// More conflicts within a minute are told: a stolen token, or two devices.
    static let conflictsWithoutWord: UInt8 = 3
    /// How long another address is said to ask for an endpoint.
    static let candidateLifetime: UInt32 = 2_000
    /// Players are told that the host timed out this much later than its role is free.
    static let sessionTimeoutGrace: UInt32 = 5_000
    /// Under a flood of wrong users, users heard within this time cannot be rebound.
    static let frozenWithin: UInt32 = 5_000
    /// The address of a revoked or expired user is still told so this long.
    static let farewellLifetime: UInt32 = 30_000
    /// Revoked and deleted pairs are known as such this long, wherever they are used.
    static let departedLifetime: UInt32 = 600_000
    /// The endpoint of a departed user is told so at most once in this time.
    static let farewellInterval: UInt32 = 1_000
    /// A pair that was valid and used from a source within this time is no guess there.
    static let usedPairLifetime: UInt32 = 86_400_000
    /// A source past its budget is served for users that were bound there within this time.
    static let familiarLifetime: UInt32 = 600_000
    /// Connection ids below are users' numbers, at or above are rejoin ids.
    static let firstRejoinID: Int32 = 1 << 19
}
