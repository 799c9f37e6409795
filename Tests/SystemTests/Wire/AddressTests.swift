import Glibc
import Testing

/// Address families, wildcard binds and ports that stay open.
@Suite(.showsLogOnFailure) struct AddressTests {
    @Test(
        "Hosts and clients of either address family play with each other",
        arguments: [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("127.0.0.1", "::1"), ("::1", "127.0.0.1")]
    )
    func families(hostAddress: String, clientAddress: String) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost(from: hostAddress, at: hostAddress)
            let client = try session.player(1, as: .client, from: clientAddress, at: clientAddress)
            for _ in 0..<3 { try expectBothWays(host, client, id: 2) }
            try client.ping(.valid)
        }
    }

    @Test("One session serves clients of both families at once")
    func mixedClients() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let host = try session.boundHost()
            let v4 = try session.boundClient(1)
            let v6 = try session.boundClient(2, from: "::1", at: "::1")
            for _ in 0..<3 {
                try expectBothWays(host, v4, id: 2)
                try expectBothWays(host, v6, id: 3)
            }
        }
    }

    @Test("The relay serves IPv4 alone on relay.bind=0.0.0.0, and one address alone on that address")
    func narrowBinds() throws {
        for bind in ["0.0.0.0", "127.0.0.1"] {
            try withDaemon(["relay.bind=\(bind)"]) { daemon in
                let session = try daemon.api.createSession()
                try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
                let v6 = try session.player(1, as: .client, from: "::1", at: "::1")
                #expect(throws: SocketError.self, "nothing listens on IPv6 with relay.bind=\(bind)") {
                    try v6.ping()
                    _ = try v6.receive()
                }
            }
        }
    }

    @Test("On a wildcard bind every answer and every forwarded datagram leaves from the address the player sent to")
    func replyAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            // The sockets are connected: they see nothing that comes from any other address.
            let host = try session.boundHost(at: "127.0.0.5")
            let first = try session.boundClient(1, at: "127.0.0.6")
            let second = try session.boundClient(2, at: "127.0.0.7")
            for _ in 0..<3 {
                try expectBothWays(host, first, id: 2)
                try expectBothWays(host, second, id: 3)
            }
            // One sendmmsg to several receivers must not mix up their local addresses.
            for round in 0..<10 {
                try host.data("a\(round)", to: 2)
                try host.data("b\(round)", to: 3)
            }
            for round in 0..<10 {
                try first.expectData("a\(round)")
                try second.expectData("b\(round)")
            }
        }
    }

    @Test("A player that sends to another address of the relay gets its answers from there")
    func replyAddressMoves() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let before = try session.boundClient(at: "127.0.0.5")
            try expectBothWays(host, before, id: 2)
            let after = try session.boundClient(at: "127.0.0.6")
            try expectBothWays(host, after, id: 2)
        }
    }

    @Test("The ports stay open when sessions end: nobody gets an ICMP refusal")
    func portsStayOpen() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.api.remove(session)
            for _ in 0..<5 {
                for player in [host, client] {
                    // A refusal would surface as an error of the next call on the connected socket.
                    try player.ping()
                    _ = try player.receive(within: .milliseconds(50))
                }
            }
        }
    }

    @Test("The ports are open before the first session")
    func openFromTheStart() throws {
        let pair = try FreePorts.take(2)
        try withDaemon(["relay.ports.shared=\(pair[0])/\(pair[1])"]) { _ in
            for port in pair {
                let stranger = try Player(
                    Credentials(user: 77, session: 99),
                    as: .client,
                    port: port,
                    from: "127.0.0.1",
                    at: "127.0.0.1"
                )
                try stranger.data("anyone?")
                try stranger.expectReply(.invalid)
            }
        }
    }
}
