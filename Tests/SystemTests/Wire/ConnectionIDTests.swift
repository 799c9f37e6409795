import Testing

/// The number under which the host knows a player.
@Suite(.showsLogOnFailure) struct ConnectionIDTests {
    @Test("The k-th user of a session has connection id k, in whatever order they come")
    func kthUser() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 5))
            let host = try session.boundHost()
            for user in [4, 2, 1, 3, 0] {
                let client = try session.player(user, as: .client)
                try client.data("user \(user)")
                try host.expectData("user \(user)", from: Int32(user + 1))
                try host.data("answer \(user)", to: Int32(user + 1))
                try client.expectData("answer \(user)")
            }
        }
    }

    @Test("An authorized user gets the next connection id, and an id is never used again")
    func authorizedUsers() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let session = try api.createSession()
            let host = try session.boundHost()
            let third = Credentials(user: try api.addUser(to: session), session: session.token)
            let client = try session.player(third, as: .client)
            try expectBothWays(host, client, id: 3)
            try api.removeUser(third.user, from: session)
            let fourth = Credentials(user: try api.addUser(to: session), session: session.token)
            try expectBothWays(host, try session.player(fourth, as: .client), id: 4)
        }
    }

    @Test(
        "The host's data for an id that nobody holds is dropped and counted",
        arguments: [0, 3, 999, -1, .min] as [Int32]
    )
    func unknownID(id: Int32) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.expectDrops([.unknownConnectionID: 1]) {
                try host.data("nobody", to: id)
                try client.expectNothing()
            }
        }
    }

    @Test("A revoked user's connection id is nobody's any more")
    func revokedID() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.api.removeUser(session.users[1].token, from: session)
            // Whether such an id counts as retired or as nobody's is left open.
            func count() throws -> Int { try daemon.drops(.unknownConnectionID) + daemon.drops(.retiredConnectionID) }
            let before = try count()
            try host.data("gone?", to: 2)
            try client.expectNothing()
            #expect(try holds(within: .seconds(20)) { try count() == before + 1 })
        }
    }
}
