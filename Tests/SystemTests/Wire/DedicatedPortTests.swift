import Testing

/// One pair of ports for each session, from a range.
@Suite(.showsLogOnFailure) struct DedicatedPortTests {
    @Test("Each session gets a pair of its own from the range and plays on it")
    func ownPairs() throws {
        let range = try FreePorts.take(6)
        try withDaemon(["relay.ports.dedicated=\(range[0])-\(range[5])"]) { daemon in
            let sessions = try (0..<3).map { _ in try daemon.api.createSession() }
            let ports = sessions.flatMap { [$0.serverPort, $0.clientPort] }
            #expect(Set(ports) == Set(range))
            for session in sessions {
                try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
            }
        }
    }

    @Test("Tokens of one session on another session's pair are dropped and counted")
    func wrongPair() throws {
        // One worker: another one does not know the session at all, and counts its tokens as unknown.
        let range = try FreePorts.take(4)
        try withDaemon(["relay.ports.dedicated=\(range[0])-\(range[3])", "relay.workers=1"]) { daemon in
            let session = try daemon.api.createSession()
            let other = try daemon.api.createSession()
            let hosts = [try session.boundHost(), try other.boundHost()]
            let client = try session.boundClient()
            let stray = try other.player(session.credentials(1), as: .client)
            let strayHost = try other.player(session.credentials(0), as: .host)
            try daemon.expectDrops([.wrongPort: 2]) {
                try stray.data("hello")
                try strayHost.data("hello", to: 2)
                for player in hosts + [client, stray, strayHost] { try player.expectNothing(for: .milliseconds(100)) }
            }
            try expectBothWays(hosts[0], client, id: 2)
        }
    }

    @Test("A used-up range is 503 with a message, and a deleted session gives its ports back")
    func exhaustion() throws {
        let range = try FreePorts.take(4)
        try withDaemon(["relay.ports.dedicated=\(range[0])-\(range[3])"]) { daemon in
            let api = daemon.api
            let sessions = [try api.createSession(), try api.createSession()]
            let full = try api.post(APIClient.sessions, #"{"users": [{"ip": "127.0.0.1"}]}"#)
            #expect(full.status == 503)
            #expect(try full.json()["message"]?.string?.contains("port") == true, "\(full.text)")
            try api.remove(sessions[0])
            let next = try api.createSession()
            #expect(Set([next.serverPort, next.clientPort]) == Set([sessions[0].serverPort, sessions[0].clientPort]))
            try expectBothWays(try next.boundHost(), try next.boundClient(), id: 2)
        }
    }

    @Test("Dedicated pairs come back with their sessions after SIGKILL")
    func afterKill() throws {
        let range = try FreePorts.take(4)
        try withDaemon(["relay.ports.dedicated=\(range[0])-\(range[3])"]) { daemon in
            let sessions = [try daemon.api.createSession(), try daemon.api.createSession()]
            try daemon.killAndRestart()
            for session in sessions {
                #expect(try daemon.api.getSession(session.id).json() == session.json)
                try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
            }
        }
    }
}
