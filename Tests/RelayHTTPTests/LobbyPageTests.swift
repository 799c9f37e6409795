import HTTPTypes
import RelayControl
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("What a lobby service answers is bounded", .timeLimit(.minutes(10)))
struct LobbyPageTests {
    private func deployed() async throws -> APIFixture {
        let fixture = APIFixture()
        try await fixture.lobbies.restore()
        _ = try await fixture.lobbies.createDeployment("game")
        _ = try await fixture.lobbies.deploy("game")
        return fixture
    }

    private func caller(_ number: Int) -> LobbyCaller {
        LobbyCaller(address: IPAddress(ipv4: 0x0B00_0000 + UInt32(number)))
    }

    /// A name and tags as long as they may be, of characters that JSON shows longer than they are.
    private func fill(_ fixture: APIFixture, count: Int) async throws {
        for number in 0..<count {
            let request = LobbyRequest(
                name: String(repeating: "\"", count: LobbyLimits.name / 2),
                capacity: 4,
                playerID: "host",
                tags: Array(repeating: String(repeating: "\\", count: LobbyLimits.tag / 2), count: LobbyLimits.tags - 1)
                    + ["n\(number % 2)"]
            )
            _ = try await fixture.lobbies.create(request, in: "game", by: caller(number / LobbyLimits.lobbiesPerSource))
        }
    }

    private func page(_ fixture: APIFixture, _ query: String = "") async throws -> JSONValue {
        let answer = try await fixture.send(.get, "/l/game/lobbies\(query)", key: nil)
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    private func ids(_ page: JSONValue) -> [String] {
        guard case .array(let lobbies) = page["data"] else { return [] }
        return lobbies.compactMap { $0["lobby_id"]?.text }
    }

    @Test("Without limit and page there are the first 100 and the count of all, in the shape that clients know")
    func firstPage() async throws {
        let fixture = try await deployed()
        #expect(try await page(fixture).keys == ["count", "data"])
        try await fill(fixture, count: 230)
        let answer = try await fixture.send(.get, "/l/game/lobbies", key: nil)
        #expect(answer.json.keys == ["count", "data"] && answer.json["count"]?.number == 230)
        #expect(ids(answer.json).count == 100)
        #expect(answer.text.utf8.count < 300_000)
        let tagged = try await page(fixture, "?tags=n1")
        #expect(tagged.keys == ["count", "data"] && tagged["count"]?.number == 115 && ids(tagged).count == 100)
    }

    @Test("Pages hold everything once, and say which they are")
    func pages() async throws {
        let fixture = try await deployed()
        try await fill(fixture, count: 70)
        var all: [String] = []
        for number in 1...3 {
            let page = try await page(fixture, "?limit=30&page=\(number)")
            #expect(page.keys == ["count", "data", "pagination"] && page["count"]?.number == 70)
            #expect(page.at("pagination", "number")?.number == Int64(number))
            #expect(page.at("pagination", "has_next") == .bool(number < 3))
            #expect(page.at("pagination", "paginator", "num_pages")?.number == 3)
            all += ids(page)
        }
        #expect(all.count == 70 && Set(all).count == 70)
        #expect(ids(try await page(fixture, "?page=9")).isEmpty)
        #expect(ids(try await page(fixture, "?page=9223372036854775807")).isEmpty)
        #expect(ids(try await page(fixture, "?limit=1")) == Array(all.prefix(1)))
        for query in ["limit=0", "limit=101", "limit=x", "page=0", "page=-1", "limit=1&limit=2"] {
            #expect(try await fixture.send(.get, "/l/game/lobbies?\(query)", key: nil).status == 400, "\(query)")
        }
        let tags = Array(repeating: "a", count: 33).joined(separator: ",")
        #expect(try await fixture.send(.get, "/l/game/lobbies?tags=\(tags)", key: nil).status == 400)
    }

    @Test("What is shown of a lobby is its state after every change, with tokens for whom they are meant")
    func fresh() async throws {
        let fixture = try await deployed()
        let host = caller(1)
        let request = LobbyRequest(name: "room", capacity: 4, playerID: "h\"ost")
        let id = try await fixture.lobbies.create(request, in: "game", by: host).lobby.id
        func seen(_ key: String?) async throws -> JSONValue {
            try await fixture.send(.get, "/l/game/lobbies/\(id)", key: key).json
        }
        #expect(try await seen(nil).at("players", "0", "id")?.text == "h\"ost")
        _ = try await fixture.lobbies.join(id, playerID: "ada", in: "game", by: caller(2))
        #expect(try await seen(nil)["player_count"]?.number == 2)
        _ = try await fixture.lobbies.start(id, in: "game", by: host)
        let stranger = try await seen(nil)
        #expect(stranger["assignment"] == nil && stranger.at("players", "1")?.keys == ["id", "is_host"])
        let key = try await seen("token key-lobbies")
        #expect(key.at("players", "0", "authorization_token")?.number != nil)
        #expect(key.at("players", "1", "authorization_token")?.number != nil)
        #expect(key.at("assignment", "authorization_token")?.number != nil)
        #expect(try await seen(nil) == stranger, "what a key sees is not kept for others")
        try await fixture.lobbies.leave(id, playerID: "ada", in: "game", by: caller(2))
        #expect(try await seen(nil)["player_count"]?.number == 1)
    }

    @Test("Bodies that no lobby needs are not read")
    func largeBody() async throws {
        let fixture = try await deployed()
        let body = #"{"name":"n","capacity":2,"player":{"id":"a"},"more":"\#(String(repeating: "x", count: 140_000))"}"#
        #expect(try await fixture.send(.post, "/l/game/lobbies", key: nil, body: body).status == 413)
    }
}
