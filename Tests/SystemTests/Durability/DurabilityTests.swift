import Glibc
import Testing

/// What was acknowledged is there after SIGKILL.
@Suite(.showsLogOnFailure) struct DurabilityTests {
    @Test("Sessions are there after SIGKILL, to the letter and in their order")
    func create() throws {
        try withDaemon { daemon in
            let created = try (0..<5).map {
                try daemon.api.createSession(users: Array(repeating: "2001:DB8::\($0)", count: $0 + 1))
            }
            try daemon.killAndRestart()
            let list = try daemon.api.get(APIClient.sessions).json()
            #expect(list["sessions"]?.array == created.reversed().map(\.json))
            for session in created { #expect(try daemon.api.getSession(session.id).json() == session.json) }
        }
    }

    @Test("A create that was answered just before SIGKILL is there")
    func createAtTheLastMoment() throws {
        try withDaemon { daemon in
            var all: [RelaySession] = []
            for _ in 0..<5 {
                all.append(try daemon.api.createSession())
                try daemon.killAndRestart()
            }
            for session in all { #expect(try daemon.api.getSession(session.id).json() == session.json) }
        }
    }

    @Test("Authorized users are there after SIGKILL, with their tokens, order and connection ids")
    func authorize() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let third = try daemon.api.addUser(to: session, ip: "3.3.3.3")
            daemon.kill()
            try daemon.start()
            let fourth = try daemon.api.addUser(to: session, ip: "4.4.4.4")
            try daemon.killAndRestart()
            let now = try RelaySession(daemon.api.getSession(session.id).json())
            #expect(
                now.users == session.users + [.init(ip: "3.3.3.3", token: third), .init(ip: "4.4.4.4", token: fourth)]
            )
            let host = try session.boundHost()
            for (token, id) in [(fourth, 4), (third, 3), (session.users[1].token, 2)] as [(UInt32, Int32)] {
                let client = try session.player(Credentials(user: token, session: session.token), as: .client)
                try expectBothWays(host, client, id: id)
            }
        }
    }

    @Test("A revoked token never comes back, neither in the API nor on the wire")
    func revoke() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "1.1.1.1", count: 3))
            try daemon.api.removeUser(session.users[1].token, from: session)
            for _ in 0..<2 {
                try daemon.killAndRestart()
                let now = try RelaySession(daemon.api.getSession(session.id).json())
                #expect(now.users == [session.users[0], session.users[2]])
                let host = try session.boundHost()
                let revoked = try session.player(1, as: .client, from: "127.0.0.2")
                try revoked.ping(.invalid)
                try revoked.data("let me in")
                try host.expectNothing()
                try expectBothWays(host, try session.boundClient(2), id: 3)
            }
        }
    }

    @Test("A user authorized after a revocation and a restart gets a fresh connection id")
    func idsAfterRevocation() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            try daemon.api.removeUser(session.users[1].token, from: session)
            try daemon.killAndRestart()
            let token = try daemon.api.addUser(to: session)
            let client = try session.player(Credentials(user: token, session: session.token), as: .client)
            try expectBothWays(try session.boundHost(), client, id: 3)
        }
    }

    @Test("A deleted session never comes back")
    func delete() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let kept = try daemon.api.createSession()
            try daemon.api.remove(session)
            try daemon.killAndRestart()
            #expect(try daemon.api.getSession(session.id).status == 404)
            #expect(try daemon.api.getSession(kept.id).json() == kept.json)
            #expect(try daemon.api.get(APIClient.sessions).json()["total_count"]?.int == 1)
            try session.player(0, as: .host).ping(.invalid)
        }
    }

    @Test("A game goes on after SIGKILL with the same sockets, tokens and connection ids, whoever speaks first")
    func playersGoOn() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let host = try session.boundHost()
            let clients = [try session.boundClient(1), try session.boundClient(2)]
            pause(.seconds(2))
            try daemon.killAndRestart()
            // The second client speaks before the host does; its datagram waits for the host.
            try clients[1].data("I was here before")
            pause(.milliseconds(50))
            // A host that is in a game need not ping: its DATA alone brings it back.
            try clients[0].ping(.valid)
            try host.data("we go on", to: 2)
            try clients[0].expectData("we go on")
            try host.expectData("I was here before", from: 3)
            try expectBothWays(host, clients[0], id: 2)
            try expectBothWays(host, clients[1], id: 3)
        }
    }

    @Test("Who hosts is durable: another user's PING does not take the role after a restart")
    func hostRole() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let host = try session.player(1, as: .host)
            try host.ping(.valid)
            pause(.seconds(2))
            try daemon.killAndRestart()
            let rival = try session.player(0, as: .host)
            try rival.ping(.checking)
            try host.ping(.valid)
            try expectBothWays(host, try session.boundClient(2), id: 3)
        }
    }

    @Test("A host role that changed hands stays with the new host after a restart")
    func migratedHostRole() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            _ = try session.boundHost()
            try daemon.api.removeUser(session.users[0].token, from: session)
            let heir = try session.player(2, as: .host)
            try heir.ping(.valid)
            pause(.seconds(2))
            try daemon.killAndRestart()
            try session.player(1, as: .host).ping(.checking)
            try heir.ping(.valid)
            try expectBothWays(heir, try session.boundClient(1), id: 2)
        }
    }

    @Test(
        "After kill -9 without tables a fresh connection gets a new id, and no id comes twice; the living keep theirs"
    )
    func rejoinIDs() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = GameHost(try session.boundHost())
            let living = try GameClient(session, 2)
            #expect(try living.connect(to: host))
            var ids = [try #require(living.connectionID(at: host))]
            for _ in 0..<3 {
                let player = try GameClient(session, 1)
                #expect(try player.connect(to: host))
                ids.append(try #require(player.connectionID(at: host)))
                pause(.seconds(1))
                try daemon.killAndRestart()
                try host.player.ping(.valid)
                #expect(try living.exchange(with: host), "under its id \(ids[0])")
            }
            #expect(Set(ids).count == 4, "\(ids)")
        }
    }

    @Test("A clean restart keeps everything too")
    func cleanRestart() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["1.1.1.1", "2.2.2.2"])
            daemon.stop()
            try daemon.start()
            #expect(try daemon.api.getSession(session.id).json() == session.json)
            try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
        }
    }

    @Test("A daemon that is stopped and continued goes on")
    func stopAndContinue() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            daemon.signal(SIGSTOP)
            try client.data("while you slept")
            pause(.milliseconds(300))
            daemon.signal(SIGCONT)
            try host.expectData("while you slept", from: 2)
            #expect(try daemon.api.getSession(session.id).status == 200)
        }
    }
}
