import Testing

extension SessionHistory {
    /// Plays in one of the sessions: its users reach the host under the connection ids that they always had, and users
    /// that were revoked reach nobody.
    mutating func play(_ daemon: TestDaemon, random: inout SplitMix, context: String) throws {
        let full = sessions.filter { $0.value.users.count > 1 }
        // Rather one with users that were revoked.
        let ids = full.keys.filter { revoked[$0]?.isEmpty == false }.sorted()
        guard let id = (ids.isEmpty ? full.keys.sorted() : ids).randomElement(using: &random) else { return }
        let session = try RelaySession(expectJSON(try daemon.api.getSession(id)))
        let host = try session.player(0, as: .host)
        try host.ping()
        // Another user was host before it was revoked, or is it still: then that one has to be silent for long.
        guard try host.receive() == .reply(Wire.State.valid.rawValue) else { return }
        for token in (revoked[id] ?? []).sorted().prefix(2) {
            let ghost = try session.player(Credentials(user: token, session: session.token), as: .client)
            try ghost.data("I was revoked")
            refused += 1
        }
        for (index, user) in session.users.enumerated().dropFirst() {
            let client = try session.player(index, as: .client)
            try client.data("back again")
            guard case .dataFrom(let number, let bytes)? = try host.receive(), bytes == Array("back again".utf8) else {
                Issue.record("\(context): a user of \(id) does not reach its host, or a revoked one does")
                return
            }
            let before = connectionIDs.updateValue(number, forKey: user.token)
            #expect(before == nil || before == number, "\(context): a connection id of \(id)")
            #expect(
                session.users.allSatisfy { $0.token == user.token || connectionIDs[$0.token] != number },
                "\(context): connection ids of \(id) are unique"
            )
            played += 1
        }
    }
}
