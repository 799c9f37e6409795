import RelayControl
import Testing

@Suite("Rights by address in lobbies", .timeLimit(.minutes(10)))
struct LobbyRightsTests {
    /// The host's own address, but nothing says that it is the host.
    private static let doubtful = LobbyCaller(address: LobbyFixture.host.address, hasRightsByAddress: false)

    @Test("A caller whose address says nothing sees no tokens, and changes nothing, at the host's own address too")
    func stranger() async throws {
        let fixture = try await LobbyFixture.deployed()
        let id = try await fixture.create().id
        _ = try await fixture.start(id)
        let start = try await failure { () async throws(RelayError) in
            try await fixture.start(id, by: Self.doubtful)
        }
        let update = try await failure { () async throws(RelayError) in
            let change = LobbyUpdate(capacity: 3)
            return try await fixture.lobbies.update(id, change, in: "game", by: Self.doubtful)
        }
        let leave = try await failure { () async throws(RelayError) in
            try await fixture.lobbies.leave(id, playerID: "host", in: "game", by: Self.doubtful)
        }
        let delete = try await failure { () async throws(RelayError) in
            try await fixture.lobbies.delete(id, in: "game", by: Self.doubtful)
        }
        #expect([start, update, leave, delete].allSatisfy { $0.code == .forbidden })
        let join = try await failure { () async throws(RelayError) in
            try await fixture.join(id, as: "host", by: Self.doubtful)
        }
        #expect(join.code == .conflict, "nor does it pass for the player at that address")
        #expect(try await fixture.get(id, by: Self.doubtful).session == nil)
        #expect(try await fixture.get(id).session != nil)
    }

    @Test("A key, and lobbies.open, count all the same")
    func free() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        var backend = Self.doubtful
        backend.isTrusted = true
        #expect(try await fixture.start(lobby.id, by: backend).session != nil)
        let open = try await LobbyFixture.deployed(settings: LobbySettings(isOpen: true))
        let other = try await open.create()
        #expect(try await open.start(other.id, by: Self.doubtful).session != nil)
    }
}
