/// The two UDP ports that all sessions share: `relay.ports.shared`.
package struct PortPair: Sendable, Hashable, CustomStringConvertible {
    /// Where hosts talk.
    package let server: UInt16
    /// Where all other players talk.
    package let client: UInt16

    /// Two ports of the system's choice, for tests.
    package static let anyFree = PortPair(server: 0, client: 0)

    /// 32000/32001, outside Linux's ephemeral range.
    package static let standard = PortPair(server: 32_000, client: 32_001)

    /// Reads `server/client`: two different ports, or `0/0` for any free ones; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let server = DecimalText.uint16(parts[0]), let client = DecimalText.uint16(parts[1])
        else { return nil }
        guard (server != client && server != 0 && client != 0) || (server == 0 && client == 0) else { return nil }
        self.init(server: server, client: client)
    }

    private init(server: UInt16, client: UInt16) {
        self.server = server
        self.client = client
    }

    /// `server/client`.
    package var description: String { "\(server)/\(client)" }
}

/// The UDP ports from which each session gets a pair of its own: `relay.ports.dedicated`.
package struct PortRange: Sendable, Hashable, CustomStringConvertible {
    /// The lowest and the highest port; an even number of ports, at least 2.
    package let ports: ClosedRange<UInt16>

    /// How many sessions fit.
    package var pairs: Int { ports.count / 2 }

    /// Reads `first-last`: an even number of ports, none of them 0; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = DecimalText.uint16(parts[0]), let last = DecimalText.uint16(parts[1]),
            first > 0, first < last, (last - first) % 2 == 1
        else { return nil }
        ports = first...last
    }

    /// `first-last`.
    package var description: String { "\(ports.lowerBound)-\(ports.upperBound)" }
}
