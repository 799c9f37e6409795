import Testing

/// Who hosts, and how the role changes hands.
@Suite(.showsLogOnFailure) struct HostRoleTests {
    @Test("DATA on the server port makes no host, however often it comes")
    func dataNeverHosts() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let wrong = try session.player(1, as: .host)
            try daemon.expectDrops([.wrongPort: 3]) {
                for _ in 0..<3 { try wrong.data("a client at the wrong port", to: 1) }
                try wrong.expectNothing()
            }
            let host = try session.boundHost()
            try expectBothWays(host, try session.boundClient(), id: 2)
        }
    }

    @Test("A client pointed at the server port is dropped while another user hosts, and its PINGs get Checking")
    func clientAtServerPort() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let wrong = try session.player(1, as: .host)
            try daemon.expectDrops([.notHost: 2]) {
                try wrong.data(Wire.hello())
                try wrong.data("hello", to: 1)
                try wrong.expectNothing()
                try host.expectNothing()
            }
            try wrong.ping(.checking)
            try expectBothWays(host, try session.boundClient(), id: 2)
        }
    }

    @Test("Any user of the session may host, not only the first")
    func anyUserHosts() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = try session.player(2, as: .host)
            try host.ping(.valid)
            try expectBothWays(host, try session.boundClient(0), id: 1)
            try expectBothWays(host, try session.boundClient(1), id: 2)
        }
    }

    @Test("Another user takes the host role over by PING once the host has been silent for the host timeout")
    func takeoverAfterTimeout() throws {
        try withDaemon(["sessions.host_timeout=1s"]) { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = try session.boundHost()
            let client = try session.boundClient(2)
            let heir = try session.player(1, as: .host)
            try heir.ping(.checking)
            #expect(try becomesHost(heir), "the silent host is replaced")
            try host.ping(.checking)
            try daemon.expectDrops([.notHost: 1]) {
                try host.data("I was the host", to: 3)
                try client.expectNothing()
            }
            try expectBothWays(heir, client, id: 3)
        }
    }

    @Test("A host that keeps pinging, or keeps sending DATA, is not replaced", arguments: ["PING", "DATA"])
    func livingHostStays(means: String) throws {
        try withDaemon(["sessions.host_timeout=2s"]) { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = try session.boundHost()
            let client = try session.boundClient(2)
            let rival = try session.player(1, as: .host)
            for _ in 0..<20 {
                if means == "PING" { try host.ping(.valid) } else { try host.data("tick", to: 3) }
                try rival.ping(.checking)
                pause(.milliseconds(200))
            }
            try client.drain()
            try expectBothWays(host, client, id: 3)
        }
    }

    @Test(
        "DATA of another user does not take over even a silent host's role, and players' data still goes to that host"
    )
    func dataNeverTakesOver() throws {
        try withDaemon(["sessions.host_timeout=1s"]) { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = try session.boundHost()
            let client = try session.boundClient(2)
            #expect(try getsReply(.sessionTimeout, client))
            let rival = try session.player(1, as: .host)
            try daemon.expectDrops([.notHost: 1]) {
                try rival.data("I would host", to: 3)
                try client.expectNothing()
            }
            try client.data("to the silent host")
            try host.expectData("to the silent host", from: 3)
        }
    }

    @Test(
        "Clients of a host that was silent for its timeout and 5 s get SessionTimeout, and Valid again when it is back"
    )
    func sessionTimeout() throws {
        try withDaemon(["sessions.host_timeout=2s"]) { daemon in
            let session = try daemon.api.createSession()
            let client = try session.boundClient()
            pause(.milliseconds(2_300))
            try client.ping(.valid)
            let host = try session.boundHost()
            try client.ping(.valid)
            #expect(try getsReply(.sessionTimeout, client))
            try host.ping(.valid)
            try client.ping(.valid)
        }
    }

    @Test("Another user takes the host role over at once when the host's user is revoked")
    func takeoverAfterRevoke() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = try session.boundHost()
            let client = try session.boundClient(2)
            let heir = try session.player(1, as: .host)
            try heir.ping(.checking)
            try daemon.api.removeUser(session.users[0].token, from: session)
            try heir.ping(.valid)
            try expectBothWays(heir, client, id: 3)
            try host.expectNothing()
        }
    }

    @Test("One user's token works on both ports at once, as host and as its own client")
    func bothPortsAtOnce() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let own = try session.boundClient(0)
            let other = try session.boundClient(1)
            for _ in 0..<3 {
                try expectBothWays(host, own, id: 1)
                try expectBothWays(host, other, id: 2)
                try host.ping(.valid)
                try own.ping(.valid)
            }
        }
    }

    private func becomesHost(_ player: Player) throws -> Bool {
        try getsReply(.valid, player)
    }

    /// Pings five times a second until the reply is the given one.
    private func getsReply(_ state: Wire.State, _ player: Player) throws -> Bool {
        try holds(within: .seconds(20), every: .milliseconds(200)) {
            try player.ping()
            return try player.receive() == .reply(state.rawValue)
        }
    }
}
