package import RelayCore

/// A datagram that left the relay.
package struct SentDatagram: Hashable, Sendable, CustomStringConvertible {
    /// As the receiver gets them.
    package var bytes: [UInt8]
    /// Whom it goes to.
    package var target: PeerEndpoint
    /// The relay's own address that it leaves from.
    package var local: LocalAddress
    /// The port that it leaves from.
    package var port: PortRole

    package init(bytes: [UInt8], target: PeerEndpoint, local: LocalAddress, port: PortRole) {
        self.bytes = bytes
        self.target = target
        self.local = local
        self.port = port
    }

    package var description: String {
        "\(bytes.prefix(24)) (\(bytes.count) bytes) to \(target.address.bytes):\(target.port) from \(port) \(local.low)"
    }
}

/// What one datagram caused.
package struct Outcome: Equatable, Sendable {
    /// What left at once, at most one datagram.
    package var sent: [SentDatagram] = []
    /// Held datagrams that left because of it. Their order is nobody's promise.
    package var released: Set<SentDatagram> = []

    package init() {}
}
