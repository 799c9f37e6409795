import Testing

/// Sessions that end by themselves.
@Suite(.showsLogOnFailure) struct TimeoutTests {
    @Test("A session that was used and then falls silent ends after the idle timeout; its tokens are dead")
    func idle() throws {
        try withDaemon(["sessions.idle_timeout=2s"]) { daemon in
            let session = try daemon.api.createSession()
            let unused = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try expectBothWays(host, client, id: 2)
            #expect(try ends(session, daemon))
            try session.player(0, as: .host, from: "127.0.0.2").ping(.invalid)
            try session.player(1, as: .client, from: "127.0.0.3").ping(.invalid)
            try client.data("hello")
            try host.drain()
            try host.expectNothing(for: .milliseconds(100))
            #expect(try daemon.api.getSession(unused.id).status == 200, "never used: the other limit counts")
        }
    }

    @Test("A session that is used lives on past the idle timeout")
    func busy() throws {
        try withDaemon(["sessions.idle_timeout=2s"]) { daemon in
            let session = try daemon.api.createSession()
            let client = try session.boundClient()
            for _ in 0..<25 {
                try client.ping(.valid)
                pause(.milliseconds(200))
            }
            #expect(try daemon.api.getSession(session.id).status == 200)
        }
    }

    @Test("A session that nobody used ends after the unused timeout, and wrong tokens do not count as use")
    func unused() throws {
        try withDaemon(["sessions.unused_timeout=2s"]) { daemon in
            let session = try daemon.api.createSession()
            let used = try daemon.api.createSession()
            try used.boundClient().ping(.valid)
            let stranger = try session.player(Credentials(user: 12, session: session.token), as: .client)
            #expect(
                try holds(within: .seconds(30), every: .milliseconds(200)) {
                    try stranger.data("knock")
                    return try daemon.api.getSession(session.id).status == 404
                }
            )
            try session.player(0, as: .host, from: "127.0.0.2").ping(.invalid)
            #expect(try daemon.api.getSession(used.id).status == 200)
        }
    }

    @Test("A session that ended stays ended after a restart")
    func endedForGood() throws {
        try withDaemon(["sessions.unused_timeout=2s"]) { daemon in
            let session = try daemon.api.createSession()
            #expect(try ends(session, daemon))
            try daemon.killAndRestart()
            #expect(try daemon.api.getSession(session.id).status == 404)
        }
    }

    @Test("Ended sessions make room for new ones")
    func makeRoom() throws {
        try withDaemon(["sessions.unused_timeout=2s", "sessions.max=1"]) { daemon in
            let session = try daemon.api.createSession()
            #expect(try ends(session, daemon))
            _ = try daemon.api.createSession()
        }
    }

    private func ends(_ session: RelaySession, _ daemon: TestDaemon) throws -> Bool {
        try holds(within: .seconds(30), every: .milliseconds(200)) {
            try daemon.api.getSession(session.id).status == 404
        }
    }
}
