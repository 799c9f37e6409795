import Testing

/// Every datagram is authenticated on its own; the first valid one binds its sender's address.
@Suite(.showsLogOnFailure) struct BindingTests {
    @Test("A client's DATA before any PING is forwarded and binds it")
    func dataBinds() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.player(1, as: .client)
            try client.data("hello")
            try host.expectData("hello", from: 2)
            try host.data("welcome", to: 2)
            try client.expectData("welcome")
        }
    }

    @Test("A client's PING binds it")
    func pingBinds() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.player(1, as: .client)
            try client.ping(.valid)
            try host.data("welcome", to: 2)
            try client.expectData("welcome")
        }
    }

    @Test("A host's PING binds it")
    func hostPingBinds() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.player(1, as: .client)
            try client.data("hello")
            try host.expectData("hello", from: 2)
        }
    }

    @Test("The host's data for a player never heard from is dropped and counted")
    func noAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            try daemon.expectDrops([.noAddress: 1]) {
                try host.data("anyone?", to: 2)
                try host.expectNothing()
            }
        }
    }

    @Test("A client behind a NAT that gives it a new port keeps its connection id and gets the host's data there")
    func natRebind() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.boundClient()
            try expectBothWays(host, before, id: 2)
            let after = try session.player(1, as: .client)
            try expectBothWays(host, after, id: 2)
            try before.expectNothing()
        }
    }

    @Test("A PING from a new port rebinds too")
    func natRebindByPing() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.boundClient()
            let after = try session.boundClient()
            try host.data("where are you?", to: 2)
            try after.expectData("where are you?")
            try before.expectNothing()
        }
    }

    @Test("A host that restarts on a new port gets its clients' data there", arguments: ["PING", "DATA"])
    func hostRestart(firstDatagram: String) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let before = try session.boundHost()
            let client = try session.boundClient()
            try expectBothWays(before, client, id: 2)
            let after = try session.player(0, as: .host)
            if firstDatagram == "PING" {
                try after.ping(.valid)
            } else {
                try after.data("I am back", to: 2)
                try client.expectData("I am back")
            }
            try expectBothWays(after, client, id: 2)
            try before.expectNothing()
        }
    }

    @Test("A player is forgotten after the user timeout, and comes back under its old connection id")
    func userTimeout() throws {
        try withDaemon(["sessions.user_timeout=1s"]) { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try client.drain()
            let forgotten = try holds(within: .seconds(20), every: .milliseconds(200)) {
                try host.data("are you there?", to: 2)
                return try client.drain(quiet: .milliseconds(100)).isEmpty
            }
            #expect(forgotten)
            try daemon.expectDrops([.noAddress: 1]) { try host.data("are you there?", to: 2) }
            try host.drain()
            try expectBothWays(host, client, id: 2)
        }
    }

    @Test("With pinned addresses only the address that the API was told may use a token")
    func pinnedAddress() throws {
        try withDaemon(["sessions.pin_ip=true"]) { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.2"])
            let host = try session.boundHost()
            let thief = try session.player(1, as: .client, from: "127.0.0.3")
            try daemon.expectDrops([.addressPinned: 1]) {
                try thief.data("let me in")
                try host.expectNothing()
            }
            let client = try session.player(1, as: .client, from: "127.0.0.2")
            try expectBothWays(host, client, id: 2)
        }
    }

    @Test("Without pinned addresses a token may be used from any address")
    func unpinnedAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["203.0.113.1", "203.0.113.2"])
            let host = try session.boundHost(from: "127.0.0.2")
            let client = try session.player(1, as: .client, from: "127.0.0.3")
            try expectBothWays(host, client, id: 2)
        }
    }
}
