import Testing

/// A player that crashed and comes back with a fresh KCP connection gets a new connection id; no one else does. Played by as much
/// of kcp2k as decides who gets in.
@Suite(.showsLogOnFailure) struct RejoinTests {
    @Test(
        "Ten crashes in a row, 0.2 to 5 s apart: each time the player is in with its first hello",
        arguments: [false, true]
    )
    func tenCrashes(samePort: Bool) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = GameHost(try session.boundHost())
            let socket = samePort ? try session.player(1, as: .client) : nil
            let pauses: [Duration] = [200, 200, 300, 200, 1_000, 200, 500, 2_500, 200, 5_000].map { .milliseconds($0) }
            var ids: [Int32?] = []
            for (crash, time) in pauses.enumerated() {
                let player = try GameClient(session, 1, on: socket)
                let isIn = try player.connectAtOnce(to: host, pingsFirst: crash % 3 == 2 && !samePort)
                #expect(isIn, "crash \(crash)")
                ids.append(player.connectionID(at: host))
                let clock = ContinuousClock()
                let end = clock.now + time
                while clock.now < end {
                    try host.player.ping()
                    let next = clock.now + .milliseconds(50)
                    // The answer to the PING ends a look.
                    while clock.now < next { try host.tick(within: .milliseconds(10)) }
                }
            }
            #expect(Set(ids).count == 10, "\(ids)")
        }
    }

    @Test("After a rejoin the replaced endpoint is ignored and data for its id is dropped, each with its own reason")
    func replacedEndpoint() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = GameHost(try session.boundHost())
            let before = try GameClient(session, 1)
            #expect(try before.connect(to: host))
            let after = try GameClient(session, 1)
            #expect(try after.connect(to: host))
            try daemon.expectDrops([.retiredEndpoint: 1]) {
                try before.player.data("still here")
                try host.player.expectNothing()
            }
            try before.player.ping(.checking)
            try daemon.expectDrops([.retiredConnectionID: 1]) {
                try host.send([9], to: 2)
                try before.player.expectNothing()
                try after.player.expectNothing()
            }
            #expect(try after.exchange(with: host))
        }
    }

    @Test(
        "A restart of the relay without its own state, SIGTERM and SIGKILL, shared and dedicated ports",
        arguments: [
            (false, false), (false, true), (true, false), (true, true),
        ]
    )
    func coldRestart(isDedicated: Bool, isKilled: Bool) throws {
        let range = try FreePorts.take(4)
        let ports = isDedicated ? ["relay.ports.dedicated=\(range[0])-\(range[3])"] : []
        try withDaemon(ports) { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = GameHost(try session.boundHost())
            let living = try GameClient(session, 2)
            #expect(try living.connect(to: host))
            #expect(try GameClient(session, 1).connect(to: host))
            // Who rejoined before goes on under the id it had then.
            let rejoined = try GameClient(session, 2)
            #expect(try rejoined.connect(to: host))
            pause(.seconds(1))
            if isKilled { daemon.kill() } else { daemon.stop() }
            try daemon.start()
            try host.player.ping(.valid)
            #expect(try rejoined.exchange(with: host))
            let back = try GameClient(session, 1)
            #expect(try back.connectAtOnce(to: host))
            #expect(back.connectionID(at: host) != 2)
        }
    }

    @Test("A rejoin after the user timeout")
    func afterUserTimeout() throws {
        try withDaemon(["sessions.user_timeout=1s"]) { daemon in
            let session = try daemon.api.createSession()
            let host = GameHost(try session.boundHost())
            #expect(try GameClient(session, 1).connect(to: host))
            pause(.milliseconds(1_200))
            #expect(try GameClient(session, 1).connectAtOnce(to: host))
        }
    }

    @Test("Twelve new ids at once, and no more: what comes then waits for nobody")
    func budget() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = GameHost(try session.boundHost())
            for rejoin in 0...12 {
                #expect(try GameClient(session, 1).connect(to: host), "rejoin \(rejoin)")
            }
            try daemon.expectDrops([.rejoinTooSoon: 1]) {
                try session.player(1, as: .client).data(Wire.hello())
                try host.player.expectNothing()
            }
        }
    }

    @Test("What only looks like a fresh connection keeps the connection id", arguments: looser)
    func looserHello(name: String, payload: [UInt8]) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = GameHost(try session.boundHost())
            #expect(try GameClient(session, 1).connect(to: host))
            let after = try session.player(1, as: .client)
            try after.data(payload)
            try host.player.expect(.dataFrom(2, payload))
        }
    }

    /// Each differs from a fresh packet in one thing.
    static let looser: [(String, [UInt8])] = {
        func changed(_ index: Int, _ value: UInt8) -> [UInt8] {
            var payload = Wire.hello()
            payload[index] = value
            return payload
        }
        let single = [
            ("29 bytes", Array(Wire.hello().prefix(29))),
            ("unreliable channel", changed(0, 2)),
            ("an acknowledgement", changed(9, 82)),
        ]
        let cookie = (1...4).map { ("a cookie in byte \($0)", changed($0, 1)) }
        let conversation = (5...8).map { ("a conversation in byte \($0)", changed($0, 1)) }
        return single + cookie + conversation
    }()

    @Test("The switch sessions.rejoin_ids turns new connection ids off")
    func switchedOff() throws {
        try withDaemon(["sessions.rejoin_ids=false"]) { daemon in
            let session = try daemon.api.createSession()
            let host = GameHost(try session.boundHost())
            #expect(try GameClient(session, 1).connect(to: host))
            let after = try session.player(1, as: .client)
            try after.data(Wire.hello())
            try host.player.expect(.dataFrom(2, Wire.hello()))
        }
    }

    @Test("A rejoin from another address gets its new connection id once the old endpoint has been silent")
    func fromAnotherAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = GameHost(try session.boundHost())
            let before = try session.player(1, as: .client, from: "127.0.0.2")
            #expect(try GameClient(session, 1, on: before).connect(to: host))
            let after = try GameClient(session, 1, on: try session.player(1, as: .client, from: "127.0.0.3"))
            #expect(try after.connect(to: host))
            #expect(after.connectionID(at: host) != 2)
        }
    }

    @Test("Rejoins of one player change nobody else's connection id")
    func othersKeepTheirs() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = GameHost(try session.boundHost())
            let other = try session.boundClient(2)
            for _ in 0..<2 { #expect(try GameClient(session, 1).connect(to: host)) }
            try expectBothWays(host.player, other, id: 3)
        }
    }
}
