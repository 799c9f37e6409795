import RelayControl
import RelayCore
import RelayNet
import Testing

@Suite("The list of lobbies", .timeLimit(.minutes(10)))
struct LobbyListTests {
    private func create(
        _ name: String,
        _ fixture: LobbyFixture,
        capacity: Int = 2,
        isJoinable: Bool = true,
        tags: [String] = [],
        by caller: LobbyCaller
    ) async throws -> String {
        let request = LobbyRequest(name: name, capacity: capacity, isJoinable: isJoinable, playerID: "host", tags: tags)
        return try await fixture.lobbies.create(request, in: "game", by: caller).lobby.id
    }

    @Test("Tags filter the list; the newest lobby comes first")
    func tags() async throws {
        let fixture = try await LobbyFixture.deployed()
        for tags in [["eu"], ["eu", "ranked"], ["us"]] {
            fixture.sessions.clock.advance(by: 1)
            _ = try await create(tags.joined(separator: "+"), fixture, tags: tags, by: LobbyFixture.host)
        }
        #expect(try await fixture.list(tags: ["eu"]).map(\.name) == ["eu+ranked", "eu"])
        #expect(try await fixture.list(tags: ["ranked", "eu", "eu"]).map(\.name) == ["eu+ranked"])
        #expect(try await fixture.list(tags: ["none"]).isEmpty)
        #expect(try await fixture.list().count == 3)
    }

    @Test("Lobbies that one can join and whose host is there come before full, closed and abandoned ones")
    func inviting() async throws {
        let fixture = try await LobbyFixture.deployed()
        let abandoned = try await create("abandoned", fixture, by: LobbyFixture.caller(1))
        let asking = try await create("asking", fixture, by: LobbyFixture.caller(2))
        let listing = try await create("listing", fixture, by: LobbyFixture.caller(3))
        let heard = try await create("heard", fixture, by: LobbyFixture.caller(4))
        let token = try await fixture.start(heard, by: LobbyFixture.caller(4)).lobby.host?.token
        fixture.sessions.clock.advance(by: 121)
        fixture.activity.set(0, user: token)
        _ = try await fixture.get(asking, by: LobbyFixture.caller(2))
        _ = try await fixture.list(by: LobbyFixture.caller(3))
        _ = try await create("full", fixture, capacity: 1, by: LobbyFixture.caller(5))
        _ = try await create("closed", fixture, isJoinable: false, by: LobbyFixture.caller(6))
        await fixture.lobbies.sweep()
        let names = try await fixture.list().map(\.name)
        #expect(Set(names.prefix(3)) == ["asking", "listing", "heard"])
        #expect(Set(names.suffix(3)) == ["full", "closed", "abandoned"] && names.last == "abandoned")
        _ = (abandoned, listing)
    }

    @Test("Nobody's sixth lobby comes before everybody's first five")
    func layers() async throws {
        let fixture = try await LobbyFixture.deployed()
        for number in 0..<2 { _ = try await create("old-\(number)", fixture, by: LobbyFixture.caller(1)) }
        fixture.sessions.clock.advance(by: 1)
        for number in 0..<12 { _ = try await create("many-\(number)", fixture, by: LobbyFixture.caller(2)) }
        let names = try await fixture.list().map { $0.name.prefix(4) }
        #expect(names == Array(repeating: "many", count: 5) + ["old-", "old-"] + Array(repeating: "many", count: 7))
    }

    @Test("The list is made once for each change")
    func once() async throws {
        let fixture = try await LobbyFixture.deployed()
        let id = try await create("a", fixture, by: LobbyFixture.host)
        func list() async throws -> LobbyListing {
            try await fixture.lobbies.list(in: "game", by: LobbyFixture.stranger)
        }
        let first = try await list()
        #expect(try await list() === first)
        try await fixture.join(id)
        let second = try await list()
        #expect(second !== first && second.lobbies.first?.lobby.playerCount == 2)
        fixture.sessions.clock.advance(by: 6)
        #expect(try await list() !== second, "who is there depends on the time")
    }

    @Test("A full service makes room for newcomers at the cost of whoever hosts most and does not play")
    func makesRoom() async throws {
        let fixture = try await LobbyFixture.deployed()
        let real = try await fixture.create()
        let waiting = try await fixture.create(by: LobbyFixture.joiner)
        fixture.activity.set(0, user: try await fixture.start(real.id).lobby.host?.token)
        await fixture.lobbies.sweep()
        var number: UInt32 = 0
        while try await fixture.list().count < LobbyLimits.lobbiesPerDeployment {
            _ = try await fixture.create(by: LobbyFixture.caller(number / UInt32(LobbyLimits.lobbiesPerSource)))
            number += 1
            fixture.sessions.clock.advance(by: 0.3)
        }
        fixture.activity.set(0, user: try await fixture.get(real.id).lobby.host?.token)
        for stranger in 1000..<1050 as Range<UInt32> {
            let caller = LobbyFixture.caller(stranger)
            let lobby = try await fixture.create(by: caller)
            _ = try await fixture.get(lobby.id, by: caller)
        }
        #expect(try await fixture.list().count == LobbyLimits.lobbiesPerDeployment)
        _ = try await fixture.get(real.id)
        _ = try await fixture.get(waiting.id, by: LobbyFixture.joiner)
        // Who filled it gets nothing more out of it.
        let griefer = LobbyFixture.caller(0)
        var refused: RelayError.Code?
        for _ in 0..<LobbyLimits.lobbiesPerSource + 1 where refused == nil {
            do throws(RelayError) { _ = try await fixture.create(by: griefer) } catch { refused = error.code }
        }
        #expect(refused == .tooMany)
        _ = try await fixture.get(waiting.id, by: LobbyFixture.joiner)
    }

    @Test("One address hosts a bounded number of lobbies, and one IPv6 customer too; a key as many as there may be")
    func shares() async throws {
        let fixture = try await LobbyFixture.deployed()
        for _ in 0..<LobbyLimits.lobbiesPerSource { _ = try await fixture.create() }
        #expect(try await failure { () async throws(RelayError) in try await fixture.create() }.code == .tooMany)
        _ = try await fixture.create(by: LobbyFixture.joiner)
        for _ in 0...LobbyLimits.lobbiesPerSource { _ = try await fixture.create(by: LobbyFixture.backend) }
        func v6(_ number: Int) throws -> LobbyCaller {
            LobbyCaller(address: try #require(IPAddress("2001:db8:1:\(String(number, radix: 16))::1")))
        }
        for number in 0..<LobbyLimits.lobbiesPerNetwork { _ = try await fixture.create(by: v6(number)) }
        let next = try v6(LobbyLimits.lobbiesPerNetwork)
        #expect(
            try await failure { () async throws(RelayError) in try await fixture.create(by: next) }.code == .tooMany
        )
    }
}
