/// The relay's own address that a peer sent to, in network order; answers leave from it, since client sockets are connected
/// and drop everything else. All zero where the socket is bound to one address and nothing has to be said.
@frozen
public struct LocalAddress: Sendable, Hashable {
    public var high: UInt64
    public var low: UInt64

    @inlinable public init(high: UInt64 = 0, low: UInt64 = 0) {
        self.high = high
        self.low = low
    }

    public init(_ address: PeerAddress) {
        self.init(high: address.high, low: address.low)
    }

    @inlinable public static func == (left: LocalAddress, right: LocalAddress) -> Bool {
        left.high == right.high && left.low == right.low
    }

    @inlinable public var isUnknown: Bool { high == 0 && low == 0 }
}
