/// Makes up sessions for a forwarder that has no API: random tokens, and the ports it was started with.
package struct StaticSessionProvider: SessionProvider {
    private let forwarder: Forwarder
    private let wire: RunPlan.Wire

    package init(forwarder: Forwarder, wire: RunPlan.Wire) {
        self.forwarder = forwarder
        self.wire = wire
    }

    package func createSessions(count: Int, users: Int) async throws -> [BenchSession] {
        // Resolved once: the address of every session must be the same, and a name could have several.
        guard let address = try UDPAddress.resolve(host: forwarder.host, port: forwarder.ports[0]).first else {
            throw BenchError("\(forwarder.host) has no IP address.")
        }
        guard wire == .relay || address.isIPv4Loopback else {
            throw BenchError(
                """
                --forwarder is \(address); with --wire \(wire.rawValue) it must be on this machine and on IPv4, such as \
                127.0.0.1, since hosts wait on 127.0.0.1.
                """
            )
        }
        var tokens = DistinctTokens()
        return (0..<count).map { index in
            let ports = forwarder.ports(ofSession: index, wire: wire)
            return BenchSession(
                id: "static-\(index)",
                sessionToken: tokens.next(),
                userTokens: (0..<users).map { _ in tokens.next() },
                relayIP: address.host,
                relayHost: forwarder.host,
                serverPort: ports.server,
                clientPort: ports.client
            )
        }
    }

    /// There is nothing to delete.
    package func deleteSessions(_ sessions: [BenchSession]) async -> Int { 0 }
}

/// Tokens as a relay makes them, 1 … 2³¹ − 1, each once.
private struct DistinctTokens {
    private var used: Set<UInt32> = []

    mutating func next() -> UInt32 {
        while true {
            let token = UInt32.random(in: 1...0x7FFF_FFFF)
            if used.insert(token).inserted { return token }
        }
    }
}
