import Testing

/// Players whose address changes in the middle of a game.
@Suite(.showsLogOnFailure) struct RoamingTests {
    @Test("A client whose old endpoint has been silent for two seconds moves to another address at once")
    func afterSilence() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.boundClient(1, from: "127.0.0.2")
            pause(.milliseconds(2_100))
            let after = try session.player(1, as: .client, from: "127.0.0.3")
            try expectBothWays(host, after, id: 2)
            try before.expectNothing()
        }
    }

    @Test("Another address waits two seconds of silence, its PINGs told Checking, however often it asks")
    func waits() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.boundClient(1, from: "127.0.0.2")
            let after = try session.player(1, as: .client, from: "127.0.0.3")
            for _ in 0..<6 {
                pause(.milliseconds(200))
                try after.data("not yet")
                try after.ping(.checking)
            }
            try host.expectNothing()
            pause(.milliseconds(900))
            try expectBothWays(host, after, id: 2)
            try before.expectNothing()
        }
    }

    @Test("An address that another one replaced takes its place back with three datagrams over a second")
    func takesBack() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let player = try session.boundClient(1, from: "127.0.0.2")
            pause(.milliseconds(2_100))
            let thief = try session.player(1, as: .client, from: "127.0.0.3")
            try expectBothWays(host, thief, id: 2)
            for _ in 0..<2 {
                try player.ping(.checking)
                try thief.ping(.valid)
                pause(.milliseconds(520))
            }
            try player.ping(.valid)
            try thief.ping(.checking)
            try expectBothWays(host, player, id: 2)
            try daemon.expectDrops([.endpointConflict: 1]) {
                try thief.data("again")
                try host.expectNothing()
            }
        }
    }

    @Test("The newest held datagram of a moving client is sent on when the move is accepted by a PING")
    func heldIsSentOn() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            _ = try session.boundClient(1, from: "127.0.0.2")
            let after = try session.player(1, as: .client, from: "127.0.0.3")
            pause(.milliseconds(1_000))
            try after.data("one")
            try after.data("two")
            pause(.milliseconds(1_100))
            try after.ping(.valid)
            try host.expectData("two", from: 2)
            try host.expectNothing()
        }
    }

    @Test("Another address gets nothing forwarded and takes nothing while the player is alive elsewhere")
    func livingPlayerStays() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let player = try session.boundClient(1, from: "127.0.0.2")
            let thief = try session.player(1, as: .client, from: "127.0.0.3")
            let clock = ContinuousClock()
            let end = clock.now + .seconds(3)
            try daemon.expectSomeDrops(.roamingUnconfirmed) {
                while clock.now < end {
                    try player.data("mine")
                    try thief.data("stolen")
                    pause(.milliseconds(60))
                }
            }
            let arrived = try host.drain()
            #expect(arrived.allSatisfy { $0 == .dataFrom(2, Array("mine".utf8)) }, "nothing of the other address")
            #expect(arrived.count > 10)
            try host.data("for the player", to: 2)
            try player.expectData("for the player")
            #expect(try thief.drain().allSatisfy { $0 != .data(Array("for the player".utf8)) })
        }
    }

    @Test("Hosts roam by the same rule")
    func hostRoams() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let before = try session.boundHost(from: "127.0.0.2")
            let client = try session.boundClient()
            pause(.milliseconds(2_100))
            let after = try session.player(0, as: .host, from: "127.0.0.3")
            try after.ping(.valid)
            try expectBothWays(after, client, id: 2)
            try before.expectNothing()
        }
    }

    @Test("A living host is not replaced from another address")
    func livingHostStays() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost(from: "127.0.0.2")
            let client = try session.boundClient()
            let thief = try session.player(0, as: .host, from: "127.0.0.3")
            for _ in 0..<10 {
                try host.ping(.valid)
                try thief.ping()
                try thief.data("from the thief", to: 2)
                pause(.milliseconds(60))
            }
            try client.expectNothing()
            try expectBothWays(host, client, id: 2)
            #expect(try thief.drain().allSatisfy { if case .dataFrom = $0 { false } else { true } })
        }
    }

    @Test("With strict roaming a player never changes its address, only its port")
    func strict() throws {
        try withDaemon(["sessions.roaming=strict"]) { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            _ = try session.boundClient(1, from: "127.0.0.2")
            pause(.milliseconds(2_100))
            let elsewhere = try session.player(1, as: .client, from: "127.0.0.3")
            try daemon.expectDrops([.roamingForbidden: 4]) {
                for _ in 0..<4 { try elsewhere.data("let me in") }
                try host.expectNothing()
            }
            let samePlace = try session.player(1, as: .client, from: "127.0.0.2")
            try expectBothWays(host, samePlace, id: 2)
        }
    }

    @Test("With open roaming the newest address wins at once")
    func open() throws {
        try withDaemon(["sessions.roaming=open"]) { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.boundClient(1, from: "127.0.0.2")
            try expectBothWays(host, before, id: 2)
            let after = try session.player(1, as: .client, from: "127.0.0.3")
            try expectBothWays(host, after, id: 2)
            try before.expectNothing()
        }
    }

    @Test("Moves between two ports of one address are no conflict")
    func threeMoves() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let players = [try session.player(1, as: .client), try session.player(1, as: .client)]
            for move in 0...9 { try expectBothWays(host, players[move % 2], id: 2) }
            #expect(try daemon.drops(.endpointConflict) == 0)
        }
    }
}
