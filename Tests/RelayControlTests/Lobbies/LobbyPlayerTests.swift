import RelayControl
import RelayCore
import RelayNet
import Testing

@Suite("Lobbies", .timeLimit(.minutes(10)))
struct LobbyPlayerTests {
    @Test("Everybody joins, the host starts: all players are users of the session, in order, with their addresses")
    func joinThenStart() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        #expect(try await fixture.join(lobby.id).lobby.players.map(\.token) == [nil, nil])
        let started = try await fixture.start(lobby.id)
        let session = try #require(started.session)
        #expect(session.users.map(\.address) == ["10.0.0.1", "10.0.0.2"])
        #expect(started.lobby.players.map(\.token) == session.users.map(\.token))
        #expect(try await fixture.start(lobby.id).session?.id == session.id, "starting twice is one start")
    }

    @Test("Who joins a started lobby has a token that the relay accepts already")
    func startThenJoin() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        _ = try await fixture.start(lobby.id)
        let view = try await fixture.join(lobby.id)
        let token = try #require(view.lobby.players.last?.token)
        let session = try #require(view.session)
        #expect(fixture.sessions.plane.accepts(session: session.token, user: token))
        #expect(try await fixture.join(lobby.id).lobby.players == view.lobby.players, "joining twice is one join")
        try await fixture.lobbies.leave(lobby.id, playerID: "ada", in: "game", by: LobbyFixture.joiner)
        #expect(!fixture.sessions.plane.accepts(session: session.token, user: token))
        #expect(try await fixture.get(lobby.id).lobby.players.map(\.id) == ["host"])
    }

    @Test("A full lobby, one that is closed, and a nickname that somebody else has are refused")
    func conflicts() async throws {
        let fixture = try await LobbyFixture.deployed()
        let full = try await fixture.create(capacity: 1)
        let closed = try await fixture.create(isJoinable: false)
        let open = try await fixture.create()
        for (id, player) in [(full.id, "ada"), (closed.id, "ada"), (open.id, "host")] {
            #expect(
                try await failure { () async throws(RelayError) in try await fixture.join(id, as: player) }.code
                    == .conflict
            )
        }
        _ = try await fixture.join(open.id)
        #expect(
            try await failure { () async throws(RelayError) in
                try await fixture.lobbies.update(open.id, LobbyUpdate(capacity: 1), in: "game", by: LobbyFixture.host)
            }.code == .conflict
        )
    }

    @Test("Strangers see no tokens and no assignment, and change nothing")
    func strangers() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        _ = try await fixture.join(lobby.id)
        _ = try await fixture.start(lobby.id)
        let view = try await fixture.get(lobby.id, by: LobbyFixture.stranger)
        #expect(view.session == nil && !view.showsTokens)
        for caller in [LobbyFixture.stranger, LobbyFixture.joiner] {
            let codes = [
                try await failure { () async throws(RelayError) in try await fixture.start(lobby.id, by: caller) }.code,
                try await failure { () async throws(RelayError) in
                    try await fixture.lobbies.delete(lobby.id, in: "game", by: caller)
                }.code,
                try await failure { () async throws(RelayError) in
                    try await fixture.lobbies.update(lobby.id, LobbyUpdate(), in: "game", by: caller)
                }.code,
                try await failure { () async throws(RelayError) in
                    try await fixture.lobbies.leave(lobby.id, playerID: "host", in: "game", by: caller)
                }.code,
            ]
            #expect(codes == [.forbidden, .forbidden, .forbidden, .forbidden])
        }
        #expect(try await fixture.get(lobby.id, by: LobbyFixture.joiner).session != nil)
    }

    @Test("With lobbies.open, addresses bind nobody")
    func open() async throws {
        let fixture = try await LobbyFixture.deployed(settings: LobbySettings(isOpen: true))
        let lobby = try await fixture.create()
        #expect(try await fixture.start(lobby.id, by: LobbyFixture.stranger).session != nil)
        try await fixture.lobbies.delete(lobby.id, in: "game", by: LobbyFixture.stranger)
    }

    @Test("Addresses of one IPv6 /64 are one caller, those of another are not")
    func network() throws {
        func caller(_ text: String) throws -> LobbyCaller { LobbyCaller(address: try #require(IPAddress(text))) }
        #expect(try caller("2001:db8::1").source == caller("2001:db8::ffff:2").source)
        #expect(try caller("2001:db8::1").source != caller("2001:db8:0:1::1").source)
    }

    @Test("When the host leaves, the lobby and its session end; leaving what is gone is no error")
    func hostLeaves() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        _ = try await fixture.start(lobby.id)
        for id in [lobby.id, lobby.id, ""] {
            try await fixture.lobbies.leave(id, playerID: "host", in: "game", by: LobbyFixture.host)
        }
        #expect(try await failure { () async throws(RelayError) in try await fixture.get(lobby.id) }.code == .notFound)
        #expect(await fixture.sessions.service.counts.sessions == 0)
        try await fixture.lobbies.delete(lobby.id, in: "game", by: LobbyFixture.host)
    }

    @Test(
        "Texts and numbers out of bounds are refused",
        arguments: [
            LobbyRequest(name: "", capacity: 2, playerID: "a"),
            LobbyRequest(name: String(repeating: "n", count: 129), capacity: 2, playerID: "a"),
            LobbyRequest(name: "n", capacity: 0, playerID: "a"),
            LobbyRequest(name: "n", capacity: 1001, playerID: "a"),
            LobbyRequest(name: "n", capacity: 2, playerID: ""),
            LobbyRequest(name: "n", capacity: 2, playerID: "a", tags: [String](repeating: "t", count: 33)),
            LobbyRequest(name: "n", capacity: 2, playerID: "a", tags: [String(repeating: "t", count: 65)]),
            LobbyRequest(
                name: "n",
                capacity: 2,
                playerID: "a",
                annotations: [.init(inject: true, key: "k", value: String(repeating: "v", count: 1025))]
            ),
            LobbyRequest(name: String(repeating: "\"", count: 65), capacity: 2, playerID: "a"),
            LobbyRequest(name: "a\u{1}", capacity: 2, playerID: "a"),
            LobbyRequest(name: "a\nb", capacity: 2, playerID: "a"),
            LobbyRequest(name: "n", capacity: 2, playerID: "a\u{7F}"),
            LobbyRequest(name: "n", capacity: 2, playerID: "a\u{2028}"),
            LobbyRequest(name: "n", capacity: 2, playerID: "a", tags: ["\u{85}"]),
            LobbyRequest(
                name: "n",
                capacity: 2,
                playerID: "a",
                annotations: [.init(inject: true, key: "\t", value: "")]
            ),
            LobbyRequest(
                name: "n",
                capacity: 2,
                playerID: "a",
                annotations: [.init(inject: true, key: "k", value: "\0")]
            ),
        ]
    )
    func bounds(request: LobbyRequest) async throws {
        let fixture = try await LobbyFixture.deployed()
        #expect(
            try await failure { () async throws(RelayError) in
                try await fixture.lobbies.create(request, in: "game", by: LobbyFixture.host)
            }.code == .invalid
        )
    }

    @Test("Texts as players write them are kept to the letter")
    func texts() async throws {
        let fixture = try await LobbyFixture.deployed()
        let request = LobbyRequest(
            name: "Zoë's 部屋 👩‍🚀",
            capacity: 2,
            playerID: "a\"b\\c",
            annotations: [.init(inject: false, key: "rules", value: "one\r\n\ttwo")]
        )
        let lobby = try await fixture.lobbies.create(request, in: "game", by: LobbyFixture.host).lobby
        #expect(lobby.name == request.name && lobby.annotations == request.annotations)
        #expect(lobby.host?.id == request.playerID)
    }

    @Test("Who comes and goes costs a row, however large the lobby is")
    func rows() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let whole = fixture.disk.contents.wholeLobbies
        for _ in 0..<3 {
            try await fixture.join(lobby.id)
            try await fixture.lobbies.leave(lobby.id, playerID: "ada", in: "game", by: LobbyFixture.joiner)
        }
        #expect(fixture.disk.contents.wholeLobbies == whole && fixture.disk.contents.playerRows == 6)
        #expect(fixture.disk.contents.lobbies[lobby.id]?.players.map(\.id) == ["host"])
    }
}
