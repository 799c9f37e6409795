import HTTPTypes
import RelayControl
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("Who calls a lobby service", .timeLimit(.minutes(10)))
struct PlayerAtTheDoorTests {
    private static let host = "198.51.100.7"
    private static let page = "https://game.example.net"
    private static let lobbyBody = #"{"name": "room", "capacity": 4, "player": {"id": "host"}}"#

    /// With a lobby of a game that has started, whose host is at 198.51.100.7.
    private struct Scene {
        let fixture: APIFixture
        let id: String

        init(_ change: (inout APISettings) -> Void = { _ in }) async throws {
            var settings = APIFixture.settings
            change(&settings)
            fixture = APIFixture(settings: settings)
            try await fixture.lobbies.restore()
            _ = try await fixture.lobbies.createDeployment("game")
            _ = try await fixture.lobbies.deploy("game")
            let caller = LobbyCaller(address: try #require(IPAddress(host)))
            let request = LobbyRequest(name: "room", capacity: 4, isJoinable: true, playerID: "host")
            id = try await fixture.lobbies.create(request, in: "game", by: caller).lobby.id
            _ = try await fixture.lobbies.start(id, in: "game", by: caller)
        }

        /// What a caller at the host's address can do: see the assignment, and change the lobby.
        func rights(_ headers: HTTPFields, host name: String = "localhost", key: String? = nil) async throws -> (
            sees: Bool, changes: Answer
        ) {
            let path = "/l/game/lobbies/\(id)"
            var typed = headers
            typed[.contentType] = "application/json"
            let seen = try await fixture.call(.get, path, from: host, host: name, key: key, headers: headers)
            #expect(seen.status == 200)
            let changed = try await fixture.call(
                .patch,
                path,
                from: host,
                host: name,
                key: key,
                body: #"{"capacity": 5}"#,
                headers: typed
            )
            return (seen.text.contains("authorization_token"), changed)
        }
    }

    // MARK: Web pages

    @Test(
        "A web page has its visitor's rights only if its origin is named",
        arguments: [
            [("Origin", "https://evil.example")], [("Origin", "null")],
            [("Origin", "https://game.example.net.evil.example")],
            [("Origin", "http://game.example.net")], [("Origin", "https://game.example.net:8443")],
            [("Origin", "https://game.example.net"), ("Origin", "https://evil.example")],
            [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "same-origin")],
            [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "whatever")],
        ]
    )
    func foreignPage(fields: [(String, String)]) async throws {
        let scene = try await Scene { $0.lobbyOrigins = [Self.page] }
        var headers = HTTPFields()
        for (name, value) in fields { headers.append(HTTPField(name: try #require(.init(name)), value: value)) }
        let (sees, changes) = try await scene.rights(headers)
        #expect(!sees && changes.status == 403)
        #expect(changes.message?.contains("'lobbies.origins'") == true)
        headers[.contentType] = "application/json"
        for (method, path, body) in [
            (HTTPRequest.Method.post, "/l/game/lobbies", Self.lobbyBody),
            (.post, "/l/game/lobbies:join", #"{"lobby_id":"\#(scene.id)","player":{"id":"eve"}}"#),
            (.post, "/%6C/game/lobbies:leave", #"{"lobby_id":"\#(scene.id)","player":{"id":"host"}}"#),
            (.delete, "/%6c/game/lobbies/\(scene.id)", nil),
        ] {
            let answer = try await scene.fixture.call(method, path, from: Self.host, body: body, headers: headers)
            #expect(answer.status == 403, "\(method) \(path) was \(answer.status)")
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
        }
        let list = try await scene.fixture.call(.get, "/l/game/lobbies", from: Self.host, headers: headers)
        #expect(list.status == 200 && list.headers[.accessControlAllowOrigin] == "*")
        #expect(scene.fixture.log.lines.count { $0.contains("'lobbies.origins'") } == 1, "said once a minute")
    }

    @Test("A page of a named origin has its visitor's rights, as have games and people who type the address")
    func namedPage() async throws {
        let scene = try await Scene { $0.lobbyOrigins = [Self.page] }
        for headers: HTTPFields in [
            [.origin: Self.page], [.origin: "https://GAME.example.net"],
            [.origin: Self.page, .secFetchSite: "cross-site"],
            [.secFetchSite: "none"], [:],
        ] {
            let (sees, changes) = try await scene.rights(headers)
            #expect(sees && changes.status == 200, "\(headers)")
            #expect(changes.headers[.accessControlAllowOrigin] == headers[.origin])
            #expect(changes.headers[.vary] == "Origin")
        }
        // Served by the same proxy as the lobby service: such a page names no origin when it reads.
        let (sees, _) = try await scene.rights([.secFetchSite: "same-origin"], host: "game.example.net")
        #expect(sees)
    }

    @Test("A key with the scope may everything from any page; other keys change nothing")
    func keys() async throws {
        let scene = try await Scene()
        for (scope, mayAct) in [("lobbies", true), ("admin", true), ("monitor", false), ("read", false)] {
            let (sees, changes) = try await scene.rights([.origin: Self.page], key: "token key-\(scope)")
            #expect(sees == mayAct && (changes.status == 200) == mayAct, "\(scope)")
        }
    }

    @Test(
        "A page's body is JSON and says so",
        arguments: ["text/plain", "text/plain; application/json", "application/x-www-form-urlencoded", "", nil]
    )
    func contentType(type: String?) async throws {
        let scene = try await Scene { $0.lobbyOrigins = [Self.page] }
        var headers: HTTPFields = [.origin: Self.page]
        headers[.contentType] = type
        for path in ["/l/game/lobbies", "/v1/relays/sessions"] {
            func send(_ headers: HTTPFields) async throws -> Answer {
                try await scene.fixture.call(
                    .post,
                    path,
                    from: Self.host,
                    key: "token key-admin",
                    body: Self.lobbyBody,
                    headers: headers
                )
            }
            let answer = try await send(headers)
            #expect(answer.status == 415 && answer.message?.contains("application/json") == true)
            headers[.origin] = nil
            #expect(try await send(headers).status != 415, "who is no page may leave it out, as shipped clients do")
            headers[.origin] = Self.page
        }
    }

    @Test("Browsers are told what a page may do before it does it")
    func preflight() async throws {
        let scene = try await Scene { $0.lobbyOrigins = [Self.page] }
        func ask(_ path: String, _ method: String, _ origin: String) async throws -> Answer {
            var headers: HTTPFields = [.origin: origin, .accessControlRequestMethod: method]
            headers[.accessControlRequestHeaders] = "content-type"
            return try await scene.fixture.call(.options, path, from: Self.host, headers: headers)
        }
        let named = try await ask("/l/game/lobbies:join", "POST", Self.page)
        #expect(named.status == 204 && named.headers[.accessControlAllowOrigin] == Self.page)
        #expect(named.headers[.accessControlAllowMethods]?.contains("PATCH") == true)
        #expect(named.headers[.accessControlAllowHeaders]?.contains("Content-Type") == true)
        let other = try await ask("/l/game/lobbies:join", "POST", "https://evil.example")
        #expect(other.status == 403 && other.message?.contains("lobbies.origins") == true)
        #expect(other.headers[.accessControlAllowOrigin] == nil)
        let list = try await ask("/l/game/lobbies", "GET", "https://evil.example")
        #expect(list.status == 204 && list.headers[.accessControlAllowOrigin] == "*")
        #expect(list.headers[.accessControlAllowMethods] == "GET")
        #expect(try await ask("/l/game/lobbies", "POST", "https://evil.example").status == 403)
        #expect(try await ask("/v1/lobbies", "POST", Self.page).status == 401)
    }

    @Test("Nothing else can be read by pages")
    func api() async throws {
        let scene = try await Scene { $0.lobbyOrigins = [Self.page] }
        for path in ["/v1/lobbies", "/livez", "/metrics", "/", "/openapi.json"] {
            let answer = try await scene.fixture.call(
                .get,
                path,
                from: Self.host,
                key: "token key-admin",
                headers: [.origin: Self.page]
            )
            #expect(answer.headers[.accessControlAllowOrigin] == nil && answer.status == 200, "\(path)")
        }
    }

    @Test("With a public URL, only its host gives rights by address", arguments: [nil, "relay.example.net:8443"])
    func rebinding(port: String?) async throws {
        let scene = try await Scene { $0.publicURL = "https://Relay.example.net:8443/games" }
        for name in ["relay.example.net", "RELAY.example.net:8443", "relay.example.net.", port ?? "relay.example.net"] {
            let (sees, changes) = try await scene.rights([:], host: name)
            #expect(sees && changes.status == 200, "\(name)")
        }
        for name in [
            "evil.example", "evil.example:8443", "relay.example.net.evil.example", "127.0.0.1:8080", "[::1]", "",
        ] {
            let (sees, changes) = try await scene.rights([:], host: name)
            #expect(!sees && changes.status == 403, "\(name)")
            #expect(changes.message?.contains("api.public_url") == true)
        }
        #expect(try await scene.rights([:], host: "evil.example", key: "token key-lobbies").changes.status == 200)
    }

    // MARK: Proxies

    @Test(
        "On a public relay, what came through a proxy that is not trusted is refused, and the words name the key",
        arguments: ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "fd00::1", "100.64.0.1", "169.254.1.1"],
        [HTTPField.Name.xForwardedFor] + HTTPField.Name.proxyMarks
    )
    func untrustedProxy(peer: String, header: HTTPField.Name) async throws {
        let scene = try await Scene { $0.relayIsPublic = true }
        for (method, path) in [
            (HTTPRequest.Method.get, "/l/game/lobbies"), (.get, "/l/game/lobbies/\(scene.id)"),
            (.post, "/l/game/lobbies:join"),
        ] {
            let answer = try await scene.fixture.call(method, path, from: peer, headers: [header: "198.51.100.7"])
            #expect(answer.status == 403 && answer.message?.contains("'api.trusted_proxies'") == true)
        }
        let warnings = scene.fixture.log.lines.filter { $0.hasPrefix("warning") && $0.contains("api.trusted_proxies") }
        #expect(warnings.count == 1 && warnings[0].contains(peer))
        #expect(
            try await scene.fixture.call(.get, "/livez", from: peer, headers: [header: "198.51.100.7"]).status == 200
        )
    }

    @Test("Proxies that are trusted, players who write the header themselves, and relays that are not public go on")
    func otherProxies() async throws {
        let forwarded: HTTPFields = [.xForwardedFor: Self.host]
        let trusting = try await Scene {
            $0.relayIsPublic = true
            $0.trustedProxies = [IPNetwork("10.0.0.0/8")!]
        }
        let path = "/l/game/lobbies/\(trusting.id)"
        #expect(
            try await trusting.fixture.call(.get, path, from: "10.0.0.1", headers: forwarded).text.contains(
                "assignment"
            )
        )
        #expect(try await trusting.fixture.call(.get, path, from: nil, headers: forwarded).text.contains("assignment"))
        let forger = try await trusting.fixture.call(.get, path, from: "203.0.113.9", headers: forwarded)
        #expect(forger.status == 200 && !forger.text.contains("assignment"))
        let local = try await Scene()
        #expect(
            try await local.fixture.call(.get, "/l/game/lobbies", from: "127.0.0.1", headers: forwarded).status == 200
        )
    }

    @Test(
        "A trusted proxy that names players only in another header is refused: the relay does not read that",
        arguments: HTTPField.Name.proxyMarks
    )
    func otherHeaderOnly(header: HTTPField.Name) async throws {
        let scene = try await Scene {
            $0.relayIsPublic = true
            $0.trustedProxies = [IPNetwork("10.0.0.0/8")!]
        }
        for peer in ["10.0.0.1", nil] {
            let answer = try await scene.fixture.call(
                .get,
                "/l/game/lobbies",
                from: peer,
                headers: [header: "198.51.100.7"]
            )
            #expect(answer.status == 403 && answer.message?.contains("X-Forwarded-For") == true)
        }
    }

    @Test("An address that many players share gives no rights; a key does")
    func sharedSource() async throws {
        let scene = try await Scene()
        _ = scene.fixture.sharedSources.insert(try #require(IPAddress(Self.host)).sourceNetwork)
        let (sees, changes) = try await scene.rights([:])
        #expect(!sees && changes.status == 403 && changes.message?.contains("api.trusted_proxies") == true)
        #expect(try await scene.rights([:], key: "token key-lobbies").changes.status == 200)
        #expect(scene.fixture.log.lines.contains { $0.hasPrefix("warning") && $0.contains(Self.host) })
    }
}
