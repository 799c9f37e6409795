import RelayControl
import RelayCore
import RelayNet
import Testing

@Suite("Who sees which token", .timeLimit(.minutes(10)))
struct LobbyTokenTests {
    private func tokens(_ view: LobbyView) -> [String: UInt32] {
        view.lobby.players.reduce(into: [:]) { $0[$1.id] = view.token(of: $1) }
    }

    @Test(
        "A player's token is for its own address, the assignment for all who are in the lobby, and a key sees everything"
    )
    func sources() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        try await fixture.join(lobby.id)
        try await fixture.start(lobby.id)
        let host = try await fixture.get(lobby.id)
        let joiner = try await fixture.get(lobby.id, by: LobbyFixture.joiner)
        let stranger = try await fixture.get(lobby.id, by: LobbyFixture.stranger)
        let backend = try await fixture.get(lobby.id, by: LobbyFixture.backend)
        #expect(tokens(host).keys.sorted() == ["host"] && tokens(joiner).keys.sorted() == ["ada"])
        #expect(tokens(stranger).isEmpty && stranger.session == nil)
        #expect(tokens(backend).keys.sorted() == ["ada", "host"])
        #expect(host.session != nil && joiner.session != nil && backend.session != nil)
        let page = LobbyCaller(address: LobbyFixture.host.address, hasRightsByAddress: false)
        let seen = try await fixture.get(lobby.id, by: page)
        #expect(tokens(seen).isEmpty && seen.session == nil, "an address that says nothing of the caller shows nothing")
        #expect(
            try await failure { () async throws(RelayError) in try await fixture.start(lobby.id, by: page) }.code
                == .forbidden
        )
        #expect(
            try await failure { () async throws(RelayError) in
                try await fixture.lobbies.leave(lobby.id, playerID: "host", in: "game", by: page)
            }.code == .forbidden
        )
    }

    @Test("Players behind one address see each other's tokens only until the relay hears them, and again after 10 s")
    func heard() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let started = try await fixture.start(lobby.id)
        let joined = try await fixture.join(lobby.id, by: LobbyFixture.host)
        #expect(tokens(joined).keys.sorted() == ["ada", "host"], "nobody was heard yet")
        let host = started.lobby.host?.token
        for (silence, isShown) in [(0, false), (9_999, false), (10_000, true), (nil, true)] as [(UInt32?, Bool)] {
            // Longer than what was heard before is remembered.
            fixture.sessions.clock.advance(by: 60)
            fixture.activity.set(silence, user: host)
            let shown = tokens(try await fixture.get(lobby.id))
            #expect(shown["ada"] != nil)
            #expect((shown["host"] != nil) == isShown, "\(silence.map(String.init) ?? "never")")
        }
    }

    @Test("Polling makes the data plane be asked once a second, and not at all for who was heard a moment ago")
    func cheap() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let host = try await fixture.start(lobby.id).lobby.host?.token
        for _ in 0..<100 { _ = try await fixture.get(lobby.id) }
        #expect(fixture.activity.asked.count <= 20)
        for _ in 0..<10 {
            fixture.sessions.clock.advance(by: 1)
            for _ in 0..<100 { _ = try await fixture.get(lobby.id) }
        }
        #expect(fixture.activity.asked.count <= 30)
        fixture.activity.set(0, user: host)
        fixture.sessions.clock.advance(by: 1)
        let before = fixture.activity.asked.count
        for _ in 0..<9 {
            _ = try await fixture.get(lobby.id)
            fixture.sessions.clock.advance(by: 1)
        }
        _ = try await fixture.get(lobby.id, by: LobbyFixture.stranger)
        #expect(fixture.activity.asked.count == before + 1)
    }

    @Test("With lobbies.open everybody sees everything")
    func open() async throws {
        let fixture = try await LobbyFixture.deployed(settings: LobbySettings(isOpen: true))
        let lobby = try await fixture.create()
        let host = try await fixture.start(lobby.id).lobby.host?.token
        fixture.activity.set(0, user: host)
        #expect(tokens(try await fixture.get(lobby.id, by: LobbyFixture.stranger)).keys.sorted() == ["host"])
    }
}
