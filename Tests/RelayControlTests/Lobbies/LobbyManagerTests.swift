import RelayControl
import Testing

@Suite("The lobby manager", .timeLimit(.minutes(10)))
struct LobbyManagerTests {
    @Test("A lobby goes from created to released to terminated and back, and deploying twice changes nothing")
    func states() async throws {
        let lobbies = LobbyFixture(sessions: try await .ready()).lobbies
        try await lobbies.restore()
        #expect(try await lobbies.createDeployment("my-game_1").status == .created)
        #expect(
            try await failure { () async throws(RelayError) in try await lobbies.createDeployment("my-game_1") }
                .code == .conflict
        )
        #expect(try await lobbies.deploy("my-game_1").status == .released)
        #expect(try await lobbies.deploy("my-game_1").status == .released)
        #expect(try await lobbies.terminate("my-game_1").status == .terminated)
        #expect(try await lobbies.deploy("my-game_1").status == .released)
        #expect(try await lobbies.deleteDeployment("my-game_1").status == .terminated)
        #expect(
            try await failure { () async throws(RelayError) in try await lobbies.deployment("my-game_1") }.code
                == .notFound
        )
        #expect(try await lobbies.listDeployments().isEmpty)
    }

    @Test(
        "Names are 1 to 64 of letters, digits, '-' and '_'",
        arguments: ["", "a b", "é", "a/b", String(repeating: "a", count: 65)]
    )
    func badName(name: String) async throws {
        let lobbies = LobbyFixture(sessions: try await .ready()).lobbies
        try await lobbies.restore()
        #expect(
            try await failure { () async throws(RelayError) in try await lobbies.createDeployment(name) }.code
                == .invalid
        )
    }

    @Test("Nobody is served before deploy and after terminate, which ends the games and their relay sessions")
    func terminate() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        _ = try await fixture.start(lobby.id)
        #expect(await fixture.sessions.service.counts.sessions == 1)
        _ = try await fixture.lobbies.terminate("game")
        #expect(await fixture.sessions.service.counts.sessions == 0)
        #expect(fixture.disk.contents.lobbies.isEmpty)
        #expect(try await failure { () async throws(RelayError) in try await fixture.create() }.code == .notFound)
        _ = try await fixture.lobbies.deploy("game")
        #expect(try await fixture.list().isEmpty)
    }

    @Test("A restart leaves deployed services, lobbies and running games as they were")
    func restart() async throws {
        let fixture = try await LobbyFixture.deployed()
        let waiting = try await fixture.create()
        let running = try await fixture.create()
        let before = try await fixture.start(running.id)
        let again = try await fixture.restarted()
        #expect(try await again.get(waiting.id).lobby == waiting)
        let after = try await again.get(running.id)
        #expect(after.lobby == before.lobby)
        #expect(after.session?.token == before.session?.token)
    }

    @Test("A game whose relay session did not survive is not there after a restart")
    func orphan() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let session = try #require(try await fixture.start(lobby.id).session)
        try await fixture.sessions.service.delete(id: session.id)
        let again = try await fixture.restarted()
        #expect(try await failure { () async throws(RelayError) in try await again.get(lobby.id) }.code == .notFound)
    }

    @Test("What the disk refuses is answered with 503 and has not happened")
    func brokenDisk() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let started = try #require(try await fixture.start(lobby.id).session)
        fixture.disk.fail(true)
        #expect(try await failure { () async throws(RelayError) in try await fixture.create() }.code == .unavailable)
        #expect(
            try await failure { () async throws(RelayError) in try await fixture.join(lobby.id) }.code
                == .unavailable
        )
        #expect(try await fixture.sessions.service.session(id: started.id).users.count == 1, "the token is revoked")
        try await fixture.lobbies.delete(lobby.id, in: "game", by: LobbyFixture.host)
        #expect(fixture.disk.contents.lobbies.count == 1)
        fixture.disk.fail(false)
        await fixture.lobbies.sweep()
        #expect(fixture.disk.contents.lobbies.isEmpty, "the removal is made up for")
    }
}
