import Testing

/// Each datagram of the protocol, byte for byte.
@Suite(.showsLogOnFailure) struct DatagramLayoutTests {
    @Test("A PING on either port is answered with the two bytes 1 and 2")
    func pingReply() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            for (user, role) in [(0, Player.Role.host), (1, .client)] {
                let player = try session.player(user, as: role)
                let bytes = Wire.bytes(session.users[user].token) + Wire.bytes(session.token) + [1]
                #expect(bytes.count == 9)
                try player.send(bytes)
                #expect(try player.receiveBytes() == [1, 2])
                try player.expectNothing()
            }
        }
    }

    @Test("DATA of a client reaches the host as type 2, connection id and payload")
    func clientToHost() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.player(1, as: .client)
            let tokens = Wire.bytes(session.users[1].token) + Wire.bytes(session.token)
            try client.send(tokens + [2] + [0xde, 0xad, 0xbe, 0xef])
            #expect(try host.receiveBytes() == [2] + [2, 0, 0, 0] + [0xde, 0xad, 0xbe, 0xef])
            try client.send(tokens + [2] + [0])
            #expect(try host.receiveBytes() == [2, 2, 0, 0, 0, 0])
            try client.expectNothing()
        }
    }

    @Test("DATA of the host reaches the client as type 2 and payload")
    func hostToClient() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            let tokens = Wire.bytes(session.users[0].token) + Wire.bytes(session.token)
            try host.send(tokens + [2] + [2, 0, 0, 0] + [0xde, 0xad, 0xbe, 0xef])
            #expect(try client.receiveBytes() == [2] + [0xde, 0xad, 0xbe, 0xef])
            try host.send(tokens + [2] + [2, 0, 0, 0] + [0])
            #expect(try client.receiveBytes() == [2, 0])
            try host.expectNothing()
        }
    }

    @Test("The order is user token first: exchanged tokens are unknown")
    func tokenOrder() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.player(0, as: .host)
            try host.send(Wire.bytes(session.token) + Wire.bytes(session.users[0].token) + [1])
            #expect(try host.receiveBytes() == [1, 3])
        }
    }

    @Test("Every payload byte passes unchanged, in both directions")
    func payloadBytes() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            let payload = (0..<512).map { UInt8(truncatingIfNeeded: $0 * 7) }
            try client.data(payload)
            try host.expect(.dataFrom(2, payload))
            try host.data(payload, to: 2)
            try client.expect(.data(payload))
        }
    }

    @Test("A datagram of exactly 1200 bytes passes in both directions")
    func largest() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            let up = (0..<1191).map { UInt8(truncatingIfNeeded: $0) }
            try client.data(up)
            try host.expect(.dataFrom(2, up))
            let down = (0..<1187).map { UInt8(truncatingIfNeeded: $0 * 3) }
            try host.data(down, to: 2)
            try client.expect(.data(down))
        }
    }

    @Test(
        "A datagram over 1200 bytes is dropped and counted, in both directions",
        arguments: [1201, 1472, 9000, 60000]
    )
    func oversize(length: Int) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.expectDrops([.oversize: 2]) {
                try client.data([UInt8](repeating: 1, count: length - 9))
                try host.data([UInt8](repeating: 2, count: length - 13), to: 2)
                try host.expectNothing()
                try client.expectNothing()
            }
            try expectBothWays(host, client, id: 2)
        }
    }
}
