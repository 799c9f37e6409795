import Testing

/// Sessions and players side by side.
@Suite(.showsLogOnFailure) struct SessionIsolationTests {
    @Test("Two sessions with the same connection ids do not mix")
    func twoSessions() throws {
        try withDaemon { daemon in
            let sessions = try (0..<2).map { _ in try daemon.api.createSession() }
            let hosts = try sessions.map { try $0.boundHost() }
            let clients = try sessions.map { try $0.boundClient() }
            for index in 0..<2 {
                let other = 1 - index
                try clients[index].data("up \(index)")
                try hosts[index].expectData("up \(index)", from: 2)
                try hosts[index].data("down \(index)", to: 2)
                try clients[index].expectData("down \(index)")
                try hosts[other].expectNothing()
                try clients[other].expectNothing()
            }
        }
    }

    @Test("A user token of one session with the session token of another is Invalid and reaches no one")
    func mixedTokens() throws {
        try withDaemon { daemon in
            let first = try daemon.api.createSession()
            let second = try daemon.api.createSession()
            let hosts = [try first.boundHost(), try second.boundHost()]
            let mixed = Credentials(user: first.users[1].token, session: second.token)
            let intruder = try first.player(mixed, as: .client)
            try intruder.ping(.invalid)
            try intruder.data("hello")
            for host in hosts { try host.expectNothing() }
            let intrudingHost = try first.player(mixed, as: .host, from: "127.0.0.2")
            try intrudingHost.ping(.invalid)
        }
    }

    @Test("Two players may share one public address")
    func sharedAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let host = try session.boundHost()
            let clients = [try session.boundClient(1), try session.boundClient(2)]
            for _ in 0..<3 {
                try expectBothWays(host, clients[0], id: 2)
                try expectBothWays(host, clients[1], id: 3)
            }
        }
    }

    @Test("A host and eight clients exchange their own data and nobody else's")
    func eightClients() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 9))
            let host = try session.boundHost()
            let clients = try (1...8).map { try session.player($0, as: .client) }
            for round in 0..<5 {
                for (index, client) in clients.enumerated() { try client.data("up \(round) \(index)") }
                var received: [Player.Incoming] = []
                for _ in 0..<8 { received.append(try #require(try host.receive())) }
                for index in 0..<8 {
                    let expected = Player.Incoming.dataFrom(Int32(index + 2), Array("up \(round) \(index)".utf8))
                    #expect(received.filter { $0 == expected }.count == 1)
                }
                for index in 0..<8 { try host.data("down \(round) \(index)", to: Int32(index + 2)) }
                for (index, client) in clients.enumerated() { try client.expectData("down \(round) \(index)") }
            }
            for player in clients + [host] { try player.expectNothing(for: .milliseconds(50)) }
        }
    }

    @Test("Many sessions at once each reach their own players")
    func manySessions() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let sessions = try (0..<40).map { _ in try api.createSession() }
            let hosts = try sessions.map { try $0.boundHost() }
            let clients = try sessions.map { try $0.boundClient() }
            for index in sessions.indices {
                try clients[index].data("up \(index)")
                try hosts[index].data("down \(index)", to: 2)
            }
            for index in sessions.indices {
                try hosts[index].expectData("up \(index)", from: 2)
                try clients[index].expectData("down \(index)")
            }
            for player in hosts + clients { try player.expectNothing(for: .milliseconds(5)) }
        }
    }

    @Test("Any number of workers serves all sessions", arguments: [1, 2, 3, 7])
    func workers(count: Int) throws {
        try withDaemon(["relay.workers=\(count)"]) { daemon in
            let sessions = try (0..<12).map { _ in try daemon.api.createSession() }
            for session in sessions {
                try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
                let v6 = try session.boundClient(0, from: "::1", at: "::1")
                try v6.ping(.valid)
            }
        }
    }

    @Test("A user authorized later plays at once")
    func authorizedLater() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1"])
            let host = try session.boundHost()
            let token = try daemon.api.addUser(to: session)
            let client = try session.player(Credentials(user: token, session: session.token), as: .client)
            try expectBothWays(host, client, id: 2)
        }
    }
}
