/// What somebody has sent and was sent through the relay. Bytes are UDP payload as it was on the wire on that side.
public struct Usage: Sendable, Equatable {
    /// Valid datagrams from it, PINGs among them.
    public var datagramsFrom: UInt64
    public var bytesFrom: UInt64
    /// Datagrams forwarded to it; answers to its PINGs are not among them.
    public var datagramsTo: UInt64
    public var bytesTo: UInt64
    /// Seconds in which it sent something; one in which it sent on both ports counts for each.
    public var activeSeconds: UInt32
    /// The most that came from it within a second.
    public var peak: Rate

    public init(
        datagramsFrom: UInt64 = 0,
        bytesFrom: UInt64 = 0,
        datagramsTo: UInt64 = 0,
        bytesTo: UInt64 = 0,
        activeSeconds: UInt32 = 0,
        peak: Rate = Rate()
    ) {
        self.datagramsFrom = datagramsFrom
        self.bytesFrom = bytesFrom
        self.datagramsTo = datagramsTo
        self.bytesTo = bytesTo
        self.activeSeconds = activeSeconds
        self.peak = peak
    }

    /// Takes another account in. Seconds are added and peaks compared: both are of different times, or of different ports.
    public static func += (left: inout Usage, right: Usage) {
        left.datagramsFrom &+= right.datagramsFrom
        left.bytesFrom &+= right.bytesFrom
        left.datagramsTo &+= right.datagramsTo
        left.bytesTo &+= right.bytesTo
        left.activeSeconds &+= right.activeSeconds
        left.peak.raise(to: right.peak)
    }
}

/// What came from somebody within a second.
public struct Rate: Sendable, Equatable {
    /// Datagrams a second.
    public var datagrams: UInt32
    /// Bytes a second, UDP payload.
    public var bytes: UInt32

    public init(datagrams: UInt32 = 0, bytes: UInt32 = 0) {
        self.datagrams = datagrams
        self.bytes = bytes
    }

    /// Whichever is more, figure by figure.
    mutating func raise(to other: Rate) {
        datagrams = max(datagrams, other.datagrams)
        bytes = max(bytes, other.bytes)
    }
}
