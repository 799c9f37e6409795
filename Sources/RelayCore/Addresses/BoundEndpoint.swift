internal import Synchronization

/// A learned address in the tables, 48 bytes: the peer as the kernel wants it (28 bytes), when it was last heard, and which
/// of the relay's own addresses it talks to.
@frozen
public struct BoundEndpoint {
    // A `sockaddr_in` or `sockaddr_in6`: see PeerEndpoint. `head` is 0 while nobody is bound.
    public var head: UInt64
    public var high: UInt64
    public var low: UInt64
    public var scope: UInt32
    /// Coarse time of the last valid datagram.
    public var lastHeard: Stamp
    public var local: LocalAddress

    /// Where the endpoint stands in a user's and in a session's line, in bytes.
    static let offsetInLine = 16

    @inlinable public var isBound: Bool { head != 0 }
    @inlinable public var isIPv4: Bool { head & 0xFFFF == PeerEndpoint.familyIPv4 }

    public var peer: PeerEndpoint { PeerEndpoint(head: head, high: high, low: low, scope: scope) }

    /// Makes `peer` the one that is bound. A process that is killed at any moment in between leaves nobody bound in the
    /// table, never half of one address and half of another: `head` is empty while the rest is written.
    mutating func bind(_ peer: PeerEndpoint) {
        head = 0
        // Keeps the compiler from reordering; x86 and a dying process need no more (the kernel sees stores in order).
        atomicMemoryFence(ordering: .releasing)
        high = peer.high
        low = peer.low
        scope = peer.scope
        atomicMemoryFence(ordering: .releasing)
        head = peer.head
    }

    /// Forgets who is bound.
    mutating func unbind() { bind(.none) }

    @inline(__always)
    func isAt(_ source: PeerEndpoint) -> Bool {
        head == source.head && high == source.high && low == source.low && scope == source.scope
    }
}
