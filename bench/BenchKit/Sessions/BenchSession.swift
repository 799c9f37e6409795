/// A relay session that a run plays in.
package struct BenchSession: Sendable, Equatable {
    package var id: String
    package var sessionToken: UInt32
    /// One for each user, the host first.
    package var userTokens: [UInt32]
    /// The relay's address, as announced.
    package var relayIP: String
    /// The relay's name, as announced; an address where it has none.
    package var relayHost: String
    /// Where the host sends to.
    package var serverPort: UInt16
    /// Where clients send to.
    package var clientPort: UInt16

    package init(
        id: String,
        sessionToken: UInt32,
        userTokens: [UInt32],
        relayIP: String,
        relayHost: String,
        serverPort: UInt16,
        clientPort: UInt16
    ) {
        self.id = id
        self.sessionToken = sessionToken
        self.userTokens = userTokens
        self.relayIP = relayIP
        self.relayHost = relayHost
        self.serverPort = serverPort
        self.clientPort = clientPort
    }
}

/// Where sessions come from: the relay's HTTP API, or a test.
package protocol SessionProvider: Sendable {
    /// Creates `count` sessions of `users` users each, or none: what was made before a failure is deleted again.
    func createSessions(count: Int, users: Int) async throws -> [BenchSession]

    /// Deletes sessions; returns how many of them could not be deleted.
    func deleteSessions(_ sessions: [BenchSession]) async -> Int
}
