import Testing

/// Clients whose hello arrives before any host is known.
@Suite(.showsLogOnFailure) struct EarlyJoinerTests {
    @Test("The newest datagram of an early joiner is delivered the moment the host binds, and only that one")
    func newestOnly() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let client = try session.player(1, as: .client)
            try daemon.expectDrops([.heldReplaced: 2]) {
                try client.data("first")
                try client.data("second")
                try client.data("third")
                try client.expectNothing(for: .milliseconds(100))
                let host = try session.player(0, as: .host)
                try host.ping()
                let got = try host.drain(quiet: .milliseconds(250))
                #expect(got.contains(.reply(Wire.State.valid.rawValue)))
                #expect(got.filter { $0 != .reply(2) } == [.dataFrom(2, Array("third".utf8))])
            }
        }
    }

    @Test("Several early joiners are all delivered, each under its own connection id")
    func several() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 5))
            let clients = try (1..<5).map { try session.player($0, as: .client) }
            for (index, client) in clients.enumerated() { try client.data("joiner \(index)") }
            pause(.milliseconds(100))
            let host = try session.player(0, as: .host)
            try host.ping()
            let got = try host.drain(quiet: .milliseconds(250)).filter { $0 != .reply(2) }
            #expect(got.count == 4)
            for index in 0..<4 {
                #expect(got.contains(.dataFrom(Int32(index + 2), Array("joiner \(index)".utf8))))
            }
            for (index, client) in clients.enumerated() { try expectBothWays(host, client, id: Int32(index + 2)) }
        }
    }

    @Test("A held datagram older than two seconds is not delivered")
    func expired() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let client = try session.player(1, as: .client)
            try daemon.expectDrops([.noHost: 1]) {
                try client.data("an old hello")
                pause(.milliseconds(2_300))
                let host = try session.boundHost()
                try host.expectNothing()
                try expectBothWays(host, client, id: 2)
            }
        }
    }

    @Test("A held datagram is delivered once")
    func once() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let client = try session.player(1, as: .client)
            try client.data("hello")
            pause(.milliseconds(50))
            let host = try session.player(0, as: .host)
            try host.ping()
            #expect(try host.drain().filter { $0 != .reply(2) }.count == 1)
            try host.ping(.valid)
            try host.expectNothing()
        }
    }

    @Test("A client that only pings before the host is known is answered, and nothing of it is delivered")
    func pingsOnly() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let client = try session.boundClient()
            let host = try session.boundHost()
            try host.expectNothing()
            try expectBothWays(host, client, id: 2)
        }
    }

    @Test("At most sixteen waiting users of a session are held, the rest is counted")
    func overflow() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 21))
            let clients = try (1..<21).map { try session.player($0, as: .client) }
            try daemon.expectDrops([.heldOverflow: 4]) {
                for client in clients { try client.data("hello") }
                pause(.milliseconds(100))
            }
            let host = try session.player(0, as: .host)
            try host.ping()
            let held = try host.drain(quiet: .milliseconds(250)).filter { $0 != .reply(2) }
            #expect(held.count == 16)
        }
    }

    @Test("A waiting user that is revoked is not delivered")
    func revokedWhileWaiting() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let client = try session.player(1, as: .client)
            try client.data("hello")
            pause(.milliseconds(50))
            try daemon.api.removeUser(session.users[1].token, from: session)
            let host = try session.boundHost()
            try host.expectNothing()
        }
    }
}
