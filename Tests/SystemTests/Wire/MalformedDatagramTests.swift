import Glibc
import Testing

/// Datagrams that are not the protocol's: dropped, counted, without any effect.
@Suite(.showsLogOnFailure) struct MalformedDatagramTests {
    @Test("Every length from 0 to 13 of both types does what the layouts say, on the client port")
    func clientPortLengths() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            for type in [Wire.ping, Wire.data] {
                let full = Wire.header(session.credentials(1), type: type) + [9, 9, 9, 9]
                for length in 0...13 {
                    let isPing = type == Wire.ping && length == 9
                    let isData = type == Wire.data && length > 9
                    if isPing || isData {
                        try client.send(Array(full.prefix(length)))
                        if isPing { try client.expectReply(.valid) }
                        if isData { try host.expect(.dataFrom(2, Array(full.prefix(length).dropFirst(9)))) }
                    } else {
                        try expectMalformed(daemon, length: length) { try client.send(Array(full.prefix(length))) }
                    }
                }
            }
            try client.expectNothing()
            try host.expectNothing()
        }
    }

    @Test("Every length from 0 to 14 of both types does what the layouts say, on the server port")
    func serverPortLengths() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            for type in [Wire.ping, Wire.data] {
                let full = Wire.header(session.credentials(0), type: type) + [2, 0, 0, 0, 9]
                for length in 0...14 {
                    if type == Wire.ping, length == 9 {
                        try host.send(Array(full.prefix(length)))
                        try host.expectReply(.valid)
                    } else if type == Wire.data, length == 14 {
                        try host.send(full)
                        try client.expect(.data([9]))
                    } else {
                        try expectMalformed(daemon, length: length) { try host.send(Array(full.prefix(length))) }
                    }
                }
            }
            try client.expectNothing()
            try host.expectNothing()
        }
    }

    /// A datagram without room for its header is too short; a header without its exact rest has a bad length.
    private func expectMalformed(_ daemon: TestDaemon, length: Int, during body: () throws -> Void) throws {
        func count() throws -> Int { try daemon.drops(.tooShort) + daemon.drops(.badLength) }
        let before = try count()
        let shortBefore = try daemon.drops(.tooShort)
        try body()
        let counted = try holds(within: .seconds(20)) { try count() == before + 1 }
        #expect(counted, "length \(length) must be counted once as too short or of bad length")
        if length < 9 { #expect(try daemon.drops(.tooShort) == shortBefore + 1, "length \(length)") }
    }

    @Test("Datagrams of an unknown type are dropped and counted", arguments: [0, 3, 4, 5, 127, 128, 255] as [UInt8])
    func unknownType(type: UInt8) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.expectDrops([.unknownType: 2]) {
                try client.send(Wire.header(session.credentials(1), type: type) + [1, 2, 3, 4, 5])
                try host.send(Wire.header(session.credentials(0), type: type) + [2, 0, 0, 0, 5])
                try client.expectNothing()
                try host.expectNothing()
            }
        }
    }

    @Test("A malformed datagram binds no one")
    func neverBinds() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.player(1, as: .client)
            try client.send(Wire.header(session.credentials(1), type: Wire.ping) + [0])
            try client.send(Wire.header(session.credentials(1), type: Wire.data))
            try client.send(Wire.header(session.credentials(1), type: 7))
            try client.data([UInt8](repeating: 0, count: 1192))
            try daemon.expectDrops([.noAddress: 1]) {
                try host.data("anyone there?", to: 2)
                try client.expectNothing()
            }
        }
    }

    @Test("A malformed datagram from a new port rebinds no one")
    func neverRebinds() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            let other = try session.player(1, as: .client)
            try other.send(Wire.header(session.credentials(1), type: Wire.ping) + [0])
            try other.send(Wire.header(session.credentials(1), type: Wire.data))
            try other.send(Wire.header(session.credentials(1), type: 7))
            try other.data([UInt8](repeating: 0, count: 1192))
            try other.expectNothing()
            try expectBothWays(host, client, id: 2)
        }
    }

    @Test("A malformed PING from another user claims no host role")
    func neverHosts() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let other = try session.player(1, as: .host)
            try other.send(Wire.header(session.credentials(1), type: Wire.ping) + [0])
            try other.expectNothing()
            let host = try session.boundHost()
            try expectBothWays(host, try session.boundClient(), id: 2)
        }
    }

    @Test("A datagram that claims to come from the relay's own server port is dropped as a bad source")
    func ownAddress() throws {
        // Two workers share each port, so that a test may bind it too.
        try withDaemon(["relay.workers=2"]) { daemon in
            let session = try daemon.api.createSession()
            let forged = try Socket(AF_INET, SOCK_DGRAM)
            forged.enable(SO_REUSEPORT)
            try forged.bind(SocketAddress("127.0.0.1", session.serverPort))
            try forged.connect(SocketAddress("127.0.0.2", session.serverPort))
            try daemon.expectDrops([.badSource: 1]) {
                try forged.send(Wire.header(session.credentials(0), type: Wire.ping)[...])
                #expect(try forged.receive(within: .milliseconds(250)) == nil)
            }
        }
    }
}
