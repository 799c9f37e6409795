import RelayControl
import RelayCore
import RelayNet
import Testing

@Suite("Seats in a lobby", .timeLimit(.minutes(10)))
struct LobbySeatTests {
    private func expect(
        _ code: RelayError.Code,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ call: () async throws(RelayError) -> LobbyView
    ) async throws {
        let found = try await failure(sourceLocation: sourceLocation, call).code
        #expect(found == code, sourceLocation: sourceLocation)
    }

    @Test(
        "A crashed player's seat no longer counts, and is taken when one is needed"
    )
    func crash() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create(capacity: 2)
        try await fixture.start(lobby.id)
        let first = try await fixture.join(lobby.id, as: "mirror-1").lobby.players.last?.token
        fixture.activity.set(0, user: first)
        await fixture.lobbies.sweep()
        try await expect(.conflict) { () async throws(RelayError) in try await fixture.join(lobby.id, as: "mirror-2") }
        fixture.sessions.clock.advance(by: 59)
        fixture.activity.set(59_000, user: first)
        await fixture.lobbies.sweep()
        #expect(try await fixture.list().first?.playerCount == 2)
        try await expect(.conflict) { () async throws(RelayError) in try await fixture.join(lobby.id, as: "mirror-2") }
        fixture.sessions.clock.advance(by: 6)
        fixture.activity.set(65_000, user: first)
        await fixture.lobbies.sweep()
        #expect(try await fixture.list().first?.playerCount == 1)
        #expect(try await fixture.get(lobby.id).lobby.players.count == 2, "nobody needed the seat")
        let view = try await fixture.join(lobby.id, as: "mirror-2")
        #expect(view.lobby.players.map(\.id) == ["host", "mirror-2"] && view.lobby.playerCount == 2)
        let session = try #require(view.session)
        #expect(!fixture.sessions.plane.accepts(session: session.token, user: try #require(first)))
        #expect(fixture.disk.contents.lobbies[lobby.id]?.players.map(\.id) == ["host", "mirror-2"])
    }

    @Test("The longest silent goes first; the host and whoever is heard stay")
    func order() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create(capacity: 4)
        try await fixture.start(lobby.id)
        var tokens: [String: UInt32?] = [:]
        for (index, id) in ["a", "b", "c"].enumerated() {
            tokens[id] = try await fixture.join(lobby.id, as: id, by: LobbyFixture.caller(UInt32(index))).lobby.players
                .last?.token
        }
        fixture.sessions.clock.advance(by: 100)
        for (id, silence) in [("a", 70_000), ("b", 1_000), ("c", 90_000)] as [(String, UInt32)] {
            fixture.activity.set(silence, user: tokens[id] ?? nil)
        }
        #expect(try await fixture.join(lobby.id, as: "d").lobby.players.map(\.id) == ["host", "a", "b", "d"])
        #expect(try await fixture.join(lobby.id, as: "e").lobby.players.map(\.id) == ["host", "b", "d", "e"])
        try await expect(.conflict) { () async throws(RelayError) in try await fixture.join(lobby.id, as: "f") }
    }

    @Test("Silence counts from the latest of join, start, last datagram and restart")
    func since() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        try await fixture.join(lobby.id)
        fixture.sessions.clock.advance(by: 50)
        try await fixture.start(lobby.id)
        fixture.sessions.clock.advance(by: 59)
        await fixture.lobbies.sweep()
        #expect(try await fixture.list().first?.playerCount == 2)
        let again = try await fixture.restarted()
        again.sessions.clock.advance(by: 59)
        await again.lobbies.sweep()
        #expect(try await again.list().first?.playerCount == 2)
        again.sessions.clock.advance(by: 6)
        await again.lobbies.sweep()
        #expect(try await again.list().first?.playerCount == 1)
        #expect(try await again.join(lobby.id, as: "bob").lobby.players.count == 3, "there was room enough")
    }

    @Test("Before the start, asking for the lobby or listening to it keeps a seat")
    func waiting() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create(capacity: 4)
        try await fixture.join(lobby.id, as: "asks", by: LobbyFixture.caller(1))
        try await fixture.join(lobby.id, as: "listens", by: LobbyFixture.caller(2))
        try await fixture.join(lobby.id, as: "crashed", by: LobbyFixture.caller(3))
        let events = try await fixture.lobbies.events(of: lobby.id, in: "game", by: LobbyFixture.caller(2))
        for _ in 0..<7 {
            fixture.sessions.clock.advance(by: 10)
            _ = try await fixture.get(lobby.id, by: LobbyFixture.caller(1))
            await fixture.lobbies.sweep()
        }
        #expect(try await fixture.list().first?.playerCount == 3)
        let view = try await fixture.join(lobby.id, as: "new")
        #expect(view.lobby.players.map(\.id) == ["host", "asks", "listens", "new"])
        withExtendedLifetime(events) {}
    }

    @Test("One address has 16 seats of a lobby, the host's own and keys as many as there are")
    func share() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create(capacity: 100)
        try await fixture.start(lobby.id)
        for number in 0..<16 { try await fixture.join(lobby.id, as: "griefer-\(number)") }
        try await expect(.tooMany) { () async throws(RelayError) in try await fixture.join(lobby.id, as: "griefer-16") }
        for number in 0..<20 { try await fixture.join(lobby.id, as: "friend-\(number)", by: LobbyFixture.host) }
        for number in 0..<20 { try await fixture.join(lobby.id, as: "backend-\(number)", by: LobbyFixture.backend) }
        try await fixture.join(lobby.id, as: "real", by: LobbyFixture.stranger)
        // Who crashes again and again takes its own seats, not others'.
        fixture.sessions.clock.advance(by: 61)
        let view = try await fixture.join(lobby.id, as: "griefer-17")
        #expect(view.lobby.players.count == 58 && !view.lobby.players.contains { $0.id == "griefer-0" })
    }

    @Test("The host makes anybody leave, and who had to go does not come again; others do")
    func bar() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        try await fixture.start(lobby.id)
        try await fixture.join(lobby.id)
        #expect(
            try await failure { () async throws(RelayError) in
                try await fixture.lobbies.leave(lobby.id, playerID: "ada", in: "game", by: LobbyFixture.stranger)
            }.code == .forbidden
        )
        try await fixture.lobbies.leave(lobby.id, playerID: "ada", in: "game", by: LobbyFixture.host)
        try await expect(.forbidden) { () async throws(RelayError) in try await fixture.join(lobby.id, as: "eve") }
        let other = try await fixture.create()
        try await fixture.join(other.id)
        let again = try await fixture.restarted()
        try await expect(.forbidden) { () async throws(RelayError) in try await again.join(lobby.id, as: "eve") }
        try await again.join(lobby.id, as: "bob", by: LobbyFixture.stranger)
        // A player who leaves by itself, and one behind the host's own address, may come again.
        try await again.lobbies.leave(lobby.id, playerID: "bob", in: "game", by: LobbyFixture.stranger)
        try await again.join(lobby.id, as: "bob", by: LobbyFixture.stranger)
        try await again.join(lobby.id, as: "sister", by: LobbyFixture.host)
        try await again.lobbies.leave(lobby.id, playerID: "sister", in: "game", by: LobbyFixture.host)
        try await again.join(lobby.id, as: "sister", by: LobbyFixture.host)
    }

    @Test("A player whose token the relay session does not know is not there after a restart")
    func leftover() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let session = try #require(try await fixture.start(lobby.id).session)
        let token = try #require(try await fixture.join(lobby.id).lobby.players.last?.token)
        _ = try await fixture.sessions.service.revokeUser(sessionID: session.id, userToken: token)
        let again = try await fixture.restarted()
        #expect(try await again.get(lobby.id).lobby.players.map(\.id) == ["host"])
        #expect(again.disk.contents.lobbies[lobby.id]?.players.map(\.id) == ["host"])
    }

    @Test("Who comes back under its own id has its seat again, with the token it had")
    func comesBack() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create(capacity: 2)
        try await fixture.start(lobby.id)
        let token = try await fixture.join(lobby.id).lobby.players.last?.token
        fixture.sessions.clock.advance(by: 61)
        await fixture.lobbies.sweep()
        #expect(try await fixture.list().first?.playerCount == 1)
        let view = try await fixture.join(lobby.id)
        #expect(view.lobby.playerCount == 2 && view.lobby.players.last.flatMap(view.token(of:)) == token)
        let other = LobbyFixture.stranger
        try await expect(.conflict) { () async throws(RelayError) in
            try await fixture.join(lobby.id, as: "eve", by: other)
        }
    }

    @Test("The lobbies of one host's address have a bounded number of players, and whoever leaves makes room")
    func playersPerHost() async throws {
        let fixture = try await LobbyFixture.deployed()
        var left = LobbyLimits.playersPerHost
        var ids: [String] = []
        while left > 0 {
            let id = try await fixture.create(capacity: 1000).id
            ids.append(id)
            for number in 1..<min(1000, left) {
                try await fixture.join(id, as: "\(number)", by: LobbyFixture.caller(UInt32(number / 16)))
            }
            left -= min(1000, left)
        }
        let last = try #require(ids.last)
        try await expect(.tooMany) { () async throws(RelayError) in try await fixture.join(last, as: "ada") }
        try await fixture.join(last, as: "backend", by: LobbyFixture.backend)
        for player in ["backend", "1"] {
            try await fixture.lobbies.leave(last, playerID: player, in: "game", by: LobbyFixture.backend)
        }
        try await fixture.join(last, as: "ada")
        let other = try await fixture.create(by: LobbyFixture.stranger)
        try await fixture.join(other.id, as: "ada")
    }

    @Test("A capacity may not fall below those who count")
    func capacity() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        try await fixture.start(lobby.id)
        try await fixture.join(lobby.id)
        func update() async throws(RelayError) -> LobbySnapshot {
            try await fixture.lobbies.update(lobby.id, LobbyUpdate(capacity: 1), in: "game", by: LobbyFixture.host)
        }
        #expect(try await failure(update).code == .conflict)
        fixture.sessions.clock.advance(by: 61)
        #expect(try await update().lobby.playerCount == 1)
    }
}
