/// How well somebody's datagrams arrive, told by what arrives anyway: transports send a PING every half second.
/// All in milliseconds; nothing here is a round trip, only the way to the relay.
public struct LinkQuality: Sendable, Equatable {
    /// PINGs that arrived.
    public var pings: UInt64
    /// PINGs that should have arrived between two that did, by a PING every 500 ms. Pauses of 10 s and more count as none.
    public var missedPings: UInt64
    /// How much the time between two PINGs varies, smoothed over the last 16 or so (as RFC 3550 smooths jitter);
    /// `nil` before the third PING.
    public var jitter: Double?
    /// Times that nothing came for a second or longer, and then something did.
    public var gaps: UInt64
    /// The longest of them; 0 where there was none.
    public var longestGap: UInt32
    /// Since the last of them ended; `nil` where there was none.
    public var lastGapAge: UInt32?
    /// Moves to another address or port.
    public var moves: UInt64
    /// New connection ids for a fresh game connection.
    public var rejoins: UInt64

    public init(
        pings: UInt64 = 0,
        missedPings: UInt64 = 0,
        jitter: Double? = nil,
        gaps: UInt64 = 0,
        longestGap: UInt32 = 0,
        lastGapAge: UInt32? = nil,
        moves: UInt64 = 0,
        rejoins: UInt64 = 0
    ) {
        self.pings = pings
        self.missedPings = missedPings
        self.jitter = jitter
        self.gaps = gaps
        self.longestGap = longestGap
        self.lastGapAge = lastGapAge
        self.moves = moves
        self.rejoins = rejoins
    }

    /// From so many PINGs on, half a minute of them, a share tells something.
    private static let enoughPings: UInt64 = 60
    /// Per cent of the PINGs; a game feels less.
    private static let lossy: UInt64 = 5

    /// Whether so many PINGs are missing that a game feels it.
    public var isLossy: Bool {
        let expected = pings + missedPings
        return expected >= Self.enoughPings && missedPings * 100 > expected * Self.lossy
    }
}
