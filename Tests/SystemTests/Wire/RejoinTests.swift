import Testing

/// A player that crashed and comes back with a fresh KCP connection gets a new connection id; no one else does.
@Suite(.showsLogOnFailure) struct RejoinTests {
    @Test("A fresh hello from a new port gets a new connection id, and its repetition keeps that id")
    func newID() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.player(1, as: .client)
            #expect(try hello(from: before, to: host) == 2)
            let after = try session.player(1, as: .client)
            let id = try hello(from: after, to: host)
            #expect(id > 2, "past the users' ids")
            #expect(try hello(from: after, to: host) == id, "a retransmission")
            #expect(try hello(from: after, to: host, timestamp: 99) == id, "a retransmission with KCP's new timestamp")
            try expectBothWays(host, after, id: id)
        }
    }

    @Test("After a rejoin the replaced endpoint is ignored and data for its id is dropped, each with its own reason")
    func replacedEndpoint() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.player(1, as: .client)
            #expect(try hello(from: before, to: host) == 2)
            let after = try session.player(1, as: .client)
            let id = try hello(from: after, to: host)
            try daemon.expectDrops([.retiredEndpoint: 1]) {
                try before.data("still here")
                try host.expectNothing()
            }
            try daemon.expectDrops([.retiredConnectionID: 1]) {
                try host.data("to the old one", to: 2)
                try before.expectNothing()
                try after.expectNothing()
            }
            try expectBothWays(host, after, id: id)
        }
    }

    @Test("A user gets at most one new connection id a second")
    func rejoinTooSoon() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            #expect(try hello(from: try session.player(1, as: .client), to: host) == 2)
            var second: Int32 = 0
            let hasty = try session.player(1, as: .client)
            try daemon.expectDrops([.rejoinTooSoon: 1]) {
                second = try hello(from: try session.player(1, as: .client), to: host)
                try hasty.data(Wire.hello())
                try host.expectNothing()
            }
            pause(.milliseconds(1_000))
            let third = try hello(from: hasty, to: host)
            #expect(third > second)
        }
    }

    @Test("The replaced endpoint is ignored for ten seconds and no longer")
    func ignoredForTenSeconds() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.player(1, as: .client)
            #expect(try hello(from: before, to: host) == 2)
            let after = try session.player(1, as: .client)
            let id = try hello(from: after, to: host)
            pause(.seconds(6))
            try before.data("still ignored")
            try host.expectNothing()
            pause(.seconds(4))
            try before.data("heard again")
            try host.expectData("heard again", from: id)
        }
    }

    @Test("Looser hellos from a new port keep the connection id", arguments: looser)
    func looserHello(name: String, payload: [UInt8]) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.player(1, as: .client)
            #expect(try hello(from: before, to: host) == 2)
            let after = try session.player(1, as: .client)
            try after.data(payload)
            try host.expect(.dataFrom(2, payload))
            try expectBothWays(host, after, id: 2)
        }
    }

    /// Each differs from a fresh hello in one thing.
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
        let sequence = (17...20).map { ("a sequence number in byte \($0)", changed($0, 1)) }
        return single + cookie + conversation + sequence
    }()

    @Test("A longer hello gets a new connection id too")
    func longerHello() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            #expect(try hello(from: try session.player(1, as: .client), to: host) == 2)
            let payload = Wire.hello() + [5, 6, 7, 8]
            let after = try session.player(1, as: .client)
            try after.data(payload)
            guard case .dataFrom(let id, payload) = try host.receive() else {
                Issue.record("the hello did not arrive")
                return
            }
            #expect(id > 2)
        }
    }

    @Test("The switch sessions.rejoin_ids turns new connection ids off")
    func switchedOff() throws {
        try withDaemon(["sessions.rejoin_ids=false"]) { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            #expect(try hello(from: try session.player(1, as: .client), to: host) == 2)
            let after = try session.player(1, as: .client)
            #expect(try hello(from: after, to: host) == 2)
            try expectBothWays(host, after, id: 2)
        }
    }

    @Test("A rejoin from another address gets its new connection id once the old endpoint has been silent")
    func fromAnotherAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.player(1, as: .client, from: "127.0.0.2")
            #expect(try hello(from: before, to: host) == 2)
            let after = try session.player(1, as: .client, from: "127.0.0.3")
            try after.data(Wire.hello())
            try host.expectNothing()
            pause(.milliseconds(2_000))
            let id = try hello(from: after, to: host)
            #expect(id > 2)
            try expectBothWays(host, after, id: id)
        }
    }

    @Test("Rejoins of one player change nobody else's connection id")
    func othersKeepTheirs() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = try session.boundHost()
            let other = try session.boundClient(2)
            #expect(try hello(from: try session.player(1, as: .client), to: host) == 2)
            #expect(try hello(from: try session.player(1, as: .client), to: host) > 3)
            try expectBothWays(host, other, id: 3)
        }
    }

    /// Sends a hello and returns the connection id under which the host gets it.
    private func hello(from client: Player, to host: Player, timestamp: UInt32 = 7) throws -> Int32 {
        let payload = Wire.hello(timestamp: timestamp)
        try client.data(payload)
        guard case .dataFrom(let id, payload) = try host.receive() else {
            Issue.record("the host got no hello")
            return 0
        }
        return id
    }
}
