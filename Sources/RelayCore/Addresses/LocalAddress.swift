/// The relay's own address that a peer sent to, in network order; answers leave from it, since client sockets are connected
/// and drop everything else. All zero where the socket is bound to one address and nothing has to be said.
@frozen
package struct LocalAddress: Sendable, Hashable {
    package var high: UInt64
    package var low: UInt64

    @inlinable package init(high: UInt64 = 0, low: UInt64 = 0) {
        self.high = high
        self.low = low
    }

    @inlinable package var isUnknown: Bool { high == 0 && low == 0 }
}
