import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("Errors")
struct ErrorTests {
    @Test(
        "An error of the domain has its status and its message",
        arguments: [
            (RelayError.Code.invalid, 400), (.unauthenticated, 401), (.forbidden, 403), (.notFound, 404),
            (.conflict, 409), (.tooMany, 429), (.unavailable, 503),
        ]
    )
    func domain(code: RelayError.Code, status: Int) async throws {
        let fixture = APIFixture()
        await fixture.directory.fail(with: RelayError(code, "what \"happened\""))
        let answer = try await fixture.send(.get, "/v1/relays/sessions")
        #expect(answer.status == status)
        #expect(answer.text == #"{"message":"what \"happened\""}"#)
        #expect(answer.headers[.contentType] == "application/json")
    }

    @Test("An error that nobody expected is a 500 that tells the caller nothing of the inside, and the log all")
    func unexpected() async throws {
        struct Inside: Error { let secret = "what-is-inside" }
        let log = LogRecorder()
        let responder = APIResponder(
            routes: [Route(.get, "/broken", .open) { _ in throw Inside() }],
            settings: APISettingsBox(APIFixture.settings),
            counters: HTTPRequestCounters(),
            logger: Logger(label: "test") { _ in log }
        )
        let answer = try await Application(responder: responder).test(.router) { client in
            try await client.execute(uri: "/broken", method: .get) {
                Answer(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
            }
        }
        #expect(answer.status == 500)
        #expect(answer.message != nil)
        #expect(!answer.text.contains("inside"))
        #expect(log.lines.contains { $0.hasPrefix("error") && $0.contains("what-is-inside") })
    }

    @Test(
        "A path that is not there is 404, with a key and without",
        arguments: ["/v", "/v2/relays", "/v1/relays", "/favicon.ico", "/v1/relays/sessions/a/b"]
    )
    func unknownPath(path: String) async throws {
        let answer = try await APIFixture().send(.get, path)
        #expect(answer.status == 404)
        #expect(answer.message != nil)
        let stranger = try await APIFixture().send(.get, path, key: nil)
        #expect(stranger.status == (path.hasPrefix("/v1") ? 401 : 404))
    }

    @Test(
        "A method that a path does not have is 405, and Allow says which it has",
        arguments: [
            ("PUT", "/v1/relays/sessions", "POST, GET, HEAD"), ("OPTIONS", "/v1/relays/sessions", "POST, GET, HEAD"),
            ("POST", "/v1/relays/sessions/x", "GET, HEAD, DELETE"),
            ("GET", "/v1/relays/sessions:authorize-user", "POST"),
            ("DELETE", "/v1/ip", "GET, HEAD"), ("POST", "/livez", "GET, HEAD"), ("TRACE", "/metrics", "GET, HEAD"),
        ]
    )
    func wrongMethod(method: String, path: String, allow: String) async throws {
        let answer = try await APIFixture().send(try #require(.init(method)), path)
        #expect(answer.status == 405)
        #expect(answer.headers[.allow] == allow)
        #expect(answer.message != nil)
    }

    @Test("A body beyond the limit is 413, whether it is announced or not", arguments: [true, false])
    func tooLarge(isAnnounced: Bool) async throws {
        var settings = APIFixture.settings
        settings.maxBodyBytes = 1000
        let fixture = APIFixture(settings: settings)
        let body = "{\"users\":[{\"ip\":\"1.1.1.1\"}],\"x\":\"" + String(repeating: "x", count: 1000) + "\"}"
        var headers = HTTPFields()
        if isAnnounced { headers[.contentLength] = "\(body.utf8.count)" }
        let answer = try await fixture.send(.post, "/v1/relays/sessions", body: body, headers: headers)
        #expect(answer.status == 413)
        #expect(answer.message?.contains("1000") == true)
        #expect(await fixture.directory.requests.isEmpty)
    }

    @Test("A request leaves one line in the log: who, what, how it ended, and no key")
    func requestLog() async throws {
        let fixture = APIFixture()
        try await fixture.send(.get, "/v1/relays/sessions/000000000000-S?secret=key-admin")
        try await fixture.send(.get, "/nothing/key-admin", key: "token key-wrong")
        let lines = fixture.log.lines.filter { $0.contains("request") }
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("debug request key=admin method=GET ms="))
        #expect(lines[0].hasSuffix("route=/v1/relays/sessions/{session_id} status=404"))
        #expect(lines[1].contains("key=none") && lines[1].hasSuffix("route=other status=404"))
        #expect(!lines.joined().contains("key-"))
    }

    @Test("Control characters cannot forge a line of the log")
    func controlCharacters() {
        #expect("a\nb\u{1B}[0m\u{202E}é".withoutControls == "a\\u{a}b\\u{1b}[0m\\u{202e}é")
    }

    @Test("Requests are counted by route and class of status, unknown paths together")
    func counters() async throws {
        let fixture = APIFixture()
        for path in ["/v1/relays/sessions/a-S", "/v1/relays/sessions/b-S", "/x", "/y"] {
            try await fixture.send(.get, path)
        }
        try await fixture.send(.put, "/v1/ip")
        let text = try await fixture.send(.get, "/metrics", key: nil).text
        #expect(text.contains(#"{route="/v1/relays/sessions/{session_id}",method="GET",status="4xx"} 2"#))
        #expect(text.contains(#"{route="other",method="other",status="4xx"} 3"#))
    }
}
