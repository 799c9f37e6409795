import HTTPTypes
import RelayControl
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("Calls on lobbies", .timeLimit(.minutes(10)))
struct LobbyCallTests {
    /// With the lobby `game` deployed. In these tests every call comes from 127.0.0.1 unless a header says otherwise.
    private func deployed(publicURL: String? = nil) async throws -> APIFixture {
        var settings = APIFixture.settings
        settings.publicURL = publicURL
        settings.trustedProxies = [try #require(IPNetwork("127.0.0.0/8"))]
        let fixture = APIFixture(settings: settings)
        try await fixture.lobbies.restore()
        _ = try await fixture.lobbies.createDeployment("game")
        _ = try await fixture.lobbies.deploy("game")
        return fixture
    }

    private static let lobbyBody = """
        {"name": "room", "capacity": 4, "is_joinable": true, "player": {"id": "host"}, "tags": ["eu"], \
        "annotations": [{"inject": true, "key": "map", "value": "dust"}], "more": 1}
        """

    private func create(_ fixture: APIFixture) async throws -> String {
        let answer = try await fixture.send(.post, "/l/game/lobbies", key: nil, body: Self.lobbyBody)
        return try #require(answer.json["lobby_id"]?.text, "\(answer.text)")
    }

    private func from(_ address: String) throws -> HTTPFields { [.xForwardedFor: address] }

    @Test("The manager answers name, url and status at every step")
    func manager() async throws {
        let fixture = APIFixture()
        try await fixture.lobbies.restore()
        func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil) async throws -> (Int, String) {
            let answer = try await fixture.send(method, path, key: "token key-lobbies", body: body)
            return (answer.status, answer.text.replacing("http://localhost", with: ""))
        }
        let body = #"{"name": "my-long-name"}"#
        let created = #"{"name":"my-long-name","url":"","status":"Created"}"#
        let released = #"{"name":"my-long-name","url":"/l/my-long-name","status":"Released"}"#
        let terminated = #"{"name":"my-long-name","url":"","status":"Terminated"}"#
        #expect(try await send(.get, "/v1/lobbies/my-long-name").0 == 404)
        #expect(try await send(.post, "/v1/lobbies:deploy", body).0 == 404)
        #expect(try await send(.post, "/v1/lobbies", body) == (200, created))
        #expect(try await send(.post, "/v1/lobbies", body).0 == 409)
        #expect(try await send(.post, "/v1/lobbies:deploy", body) == (202, released))
        #expect(try await send(.post, "/v1/lobbies%3Adeploy", body) == (202, released))
        #expect(try await send(.get, "/v1/lobbies/my-long-name") == (200, released))
        #expect(try await send(.post, "/v1/lobbies:terminate", body) == (200, terminated))
        #expect(try await send(.delete, "/v1/lobbies/my-long-name") == (200, terminated))
        #expect(try await send(.delete, "/v1/lobbies/my-long-name").0 == 404)
        for bad in [nil, "{}", #"{"name": 1}"#, #"{"name": "a b"}"#] {
            #expect(try await send(.post, "/v1/lobbies", bad).0 == 400)
        }
    }

    @Test("The list is a list, and with exactly one lobby also that lobby")
    func managerList() async throws {
        let fixture = try await deployed(publicURL: "https://relay.example.net/")
        let one = try await fixture.send(.get, "/v1/lobbies").json
        #expect(one.keys == ["count", "data", "pagination", "name", "url", "status"])
        #expect(one["url"]?.text == "https://relay.example.net/l/game")
        #expect(one.at("data", "0", "status")?.text == "Released")
        _ = try await fixture.lobbies.createDeployment("other")
        let two = try await fixture.send(.get, "/v1/lobbies").json
        #expect(two.keys == ["count", "data", "pagination"] && two["count"]?.number == 2)
    }

    @Test(
        "The manager wants a key with the scope 'lobbies'; reading is also for 'read'",
        arguments: [
            ("sessions", 403, 403), ("read", 200, 403), ("lobbies", 200, 409), ("admin", 200, 409), ("no", 401, 401),
        ]
    )
    func scopes(scope: String, read: Int, write: Int) async throws {
        let fixture = try await deployed()
        let key = "token key-\(scope)"
        #expect(try await fixture.send(.get, "/v1/lobbies/game", key: key).status == read)
        #expect(try await fixture.send(.post, "/v1/lobbies", key: key, body: #"{"name":"game"}"#).status == write)
    }

    @Test("Without a public URL, the url is built from the Host header, unless that holds nonsense")
    func hostHeader() {
        #expect(BaseURL.of(authority: "r.example:8080", publicURL: nil, isTLS: true) == "https://r.example:8080")
        #expect(BaseURL.of(authority: "a\"b", publicURL: nil, isTLS: false) == "http://localhost")
        #expect(BaseURL.of(authority: nil, publicURL: "https://r.example/", isTLS: false) == "https://r.example")
    }

    @Test("A lobby has the fields that shipped clients read, before and after the start")
    func shapes() async throws {
        let fixture = try await deployed()
        let id = try await create(fixture)
        let path = "/l/game/lobbies/\(id)"
        let before = try await fixture.send(.get, path, key: nil).json
        let brief = ["lobby_id", "name", "is_joinable", "is_started", "player_count", "capacity", "tags"]
        #expect(before.keys == brief + ["annotations", "players"])
        #expect(before.at("players", "0")?.keys == ["id", "is_host"])
        #expect(before.at("annotations", "0", "value")?.text == "dust")
        #expect(
            try await fixture.send(.post, "/l/game/lobbies:start", key: nil, body: #"{"lobby_id":"\#(id)"}"#).status
                / 100 == 2
        )
        let after = try await fixture.send(.get, path, key: nil).json
        #expect(after["is_started"] == .bool(true))
        #expect(after.at("assignment")?.keys == ["ip", "host", "authorization_token", "ports"])
        #expect(after.at("assignment", "ports", "0", "name")?.text == "server")
        #expect(after.at("assignment", "ports", "1", "name")?.text == "client")
        #expect(after.at("assignment", "ports", "1", "protocol")?.text == "UDP")
        #expect(after.at("players", "0", "authorization_token")?.number != nil)
        let list = try await fixture.send(.get, "/l/game/lobbies", key: nil).json
        #expect(list["count"]?.number == 1 && list.at("data", "0")?.keys == brief)
        let patched = try await fixture.send(.patch, path, key: nil, body: #"{"is_joinable": false, "capacity": 3}"#)
            .json
        #expect(patched.keys == brief && patched["is_joinable"] == .bool(false) && patched["capacity"]?.number == 3)
    }

    @Test("The address behind a trusted proxy decides who sees tokens and who may delete; a key with the scope may too")
    func addresses() async throws {
        let fixture = try await deployed()
        let id = try await create(fixture)
        let path = "/l/game/lobbies/\(id)"
        _ = try await fixture.send(.post, "/l/game/lobbies:start", key: nil, body: #"{"lobby_id":"\#(id)"}"#)
        let stranger = try from("203.0.113.9")
        let seen = try await fixture.send(.get, path, key: nil, headers: stranger)
        #expect(seen.status == 200 && !seen.text.contains("authorization_token") && !seen.text.contains("assignment"))
        #expect(try await fixture.send(.delete, path, key: nil, headers: stranger).status == 403)
        #expect(try await fixture.send(.get, path, key: "token key-read", headers: stranger).json["assignment"] == nil)
        #expect(try await fixture.send(.get, path, key: "token wrong", headers: stranger).status == 200)
        #expect(
            try await fixture.send(.get, path, key: "token key-lobbies", headers: stranger).json["assignment"] != nil
        )
        #expect(try await fixture.send(.delete, path, key: nil).status == 204)
        #expect(try await fixture.send(.delete, path, key: nil).status == 204, "a retry is no error")
        #expect(try await fixture.send(.get, path, key: nil).status == 404)
    }

    @Test("A delete with an empty id is 404, as is everything on a service that is not deployed")
    func nothingThere() async throws {
        let fixture = try await deployed()
        #expect(try await fixture.send(.delete, "/l/game/lobbies/", key: nil).message != nil)
        #expect(try await fixture.send(.delete, "/l/game/lobbies/", key: nil).status == 404)
        #expect(try await fixture.send(.get, "/l/other/lobbies", key: nil).status == 404)
        #expect(
            try await fixture.send(
                .post,
                "/l/game/lobbies:join",
                key: nil,
                body: #"{"lobby_id":"x","player":{"id":"a"}}"#
            ).status == 404
        )
        #expect(
            try await fixture.send(
                .post,
                "/l/game/lobbies:leave",
                key: nil,
                body: #"{"lobby_id":"","player":{"id":"a"}}"#
            ).status == 204
        )
    }

    @Test(
        "Bodies of another shape are 400",
        arguments: [
            "", "[]", "{}", #"{"name":"n","capacity":"x","player":{"id":"a"}}"#,
            #"{"name":"n","capacity":2,"player":"a"}"#, #"{"name":"n","capacity":2,"player":{"id":"a"},"tags":"x"}"#,
            #"{"name":"n","capacity":2,"player":{"id":"a"},"is_joinable":1}"#,
            #"{"name":"n","capacity":-2,"player":{"id":"a"}}"#,
        ]
    )
    func badBodies(body: String) async throws {
        #expect(try await deployed().send(.post, "/l/game/lobbies", key: nil, body: body).status == 400)
    }

    @Test("Too many lobbies of one address are 429 with Retry-After")
    func tooMany() async throws {
        let fixture = try await deployed()
        for _ in 0..<LobbyLimits.lobbiesPerSource { _ = try await create(fixture) }
        let answer = try await fixture.send(.post, "/l/game/lobbies", key: nil, body: Self.lobbyBody)
        #expect(answer.status == 429 && answer.headers[.retryAfter] == "30")
    }

    @Test("Events are named, with one line of JSON each, and end with the lobby")
    func events() async throws {
        let fixture = try await deployed()
        let id = try await create(fixture)
        async let answer = fixture.send(.get, "/l/game/lobbies/\(id)/events", key: nil)
        while await fixture.lobbies.counts.listeners == 0 { try await Task.sleep(for: .milliseconds(1)) }
        _ = try await fixture.send(
            .post,
            "/l/game/lobbies:join",
            key: nil,
            body: #"{"lobby_id":"\#(id)","player":{"id":"a\"b"}}"#
        )
        _ = try await fixture.send(.delete, "/l/game/lobbies/\(id)", key: nil)
        let heard = try await answer
        #expect(heard.status == 200 && heard.headers[.contentType] == "text/event-stream")
        let blocks = heard.text.split(separator: "\n\n").map(String.init)
        #expect(blocks.count == 3)
        #expect(blocks.first?.hasPrefix("event: lobby\ndata: {\"lobby_id\":\"\(id)\"") == true)
        #expect(
            blocks.dropFirst().first == #"event: player_joined"# + "\n"
                + #"data: {"player_id":"a\"b","player_count":2}"#
        )
        #expect(blocks.last?.hasPrefix("event: ended\n") == true)
    }
}
