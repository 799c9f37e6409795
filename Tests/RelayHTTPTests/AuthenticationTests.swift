import HTTPTypes
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("Authentication")
struct AuthenticationTests {
    /// Every call below `/v1`, with an existing path and a body that is fine.
    static let calls: [(method: HTTPRequest.Method, path: String, isSession: Bool, isRead: Bool)] = [
        (.post, "/v1/relays/sessions", true, false), (.get, "/v1/relays/sessions", true, true),
        (.get, "/v1/relays/sessions/000000000000-S", true, true),
        (.delete, "/v1/relays/sessions/000000000000-S", true, false),
        (.post, "/v1/relays/sessions:authorize-user", true, false),
        (.post, "/v1/relays/sessions:revoke-user", true, false), (.get, "/v1/ip", false, true),
        (.get, "/v1/ip/192.0.2.1/lookup", false, true), (.post, "/v1/ips/lookup", false, false),
    ]

    @Test(
        "The documented form, Bearer and the bare key let a caller in",
        arguments: [
            "token key-admin", "Bearer key-admin", "key-admin", "TOKEN key-admin", "bearer  key-admin ",
            "token token key-admin",
        ]
    )
    func accepted(header: String) async throws {
        #expect(try await APIFixture().send(.get, "/v1/ip", key: header).status == 200)
    }

    @Test(
        "A wrong or missing key is 401 before anything else is looked at",
        arguments: [nil, "", "token", "token ", "token nope", "Basic key-admin", "token key-admin x", "key-admi"]
    )
    func refused(header: String?) async throws {
        let fixture = APIFixture()
        for call in Self.calls {
            let answer = try await fixture.send(call.method, call.path, key: header, body: "{not json")
            #expect(answer.status == 401)
            #expect(answer.message != nil)
            #expect(answer.headers[.wwwAuthenticate] != nil)
            #expect(!answer.text.contains("nope"))
        }
        for path in ["/v1", "/v1/", "/v1/nothing", "/v1/relays/sessions/x/y"] {
            #expect(try await fixture.send(.get, path, key: header).status == 401)
            #expect(try await fixture.send(.put, path, key: header).status == 401)
        }
    }

    @Test(
        "A path that is spelled with percent escapes needs the key all the same",
        arguments: ["/v%31", "/%761", "/%76%31", "/%56%31", "/v1%2f", "/v%31%00"]
    )
    func escapedPaths(prefix: String) async throws {
        let fixture = APIFixture()
        for call in Self.calls {
            let path = prefix + call.path.dropFirst("/v1".count)
            let answer = try await fixture.send(call.method, path, key: nil, body: #"{"users": [{"ip": "192.0.2.1"}]}"#)
            #expect([401, 404].contains(answer.status), "\(path) answered \(answer.status)")
            if ["/v%31", "/%761", "/%76%31"].contains(prefix) { #expect(answer.status == 401, "\(path)") }
        }
    }

    @Test("Two keys in one request are none")
    func twoKeys() async throws {
        var headers = HTTPFields()
        headers.append(HTTPField(name: .authorization, value: "token key-admin"))
        headers.append(HTTPField(name: .authorization, value: "token key-read"))
        #expect(try await APIFixture().send(.get, "/v1/ip", key: nil, headers: headers).status == 401)
    }

    @Test("Each scope opens its calls and no others", arguments: APIScope.allCases)
    func scopes(scope: APIScope) async throws {
        let fixture = APIFixture()
        for call in Self.calls {
            let mayCall =
                switch scope {
                case .admin: true
                case .sessions: true
                case .read, .monitor: call.isRead || !call.isSession
                case .lobbies: !call.isSession
                }
            let answer = try await fixture.send(call.method, call.path, key: "token key-\(scope.rawValue)", body: "{}")
            #expect((answer.status != 403) == mayCall, "\(call.method) \(call.path) was \(answer.status)")
            #expect(answer.status != 401)
            if !mayCall { #expect(answer.message?.contains("scope") == true) }
        }
    }

    @Test("Keys that a reload brings and takes away count at once")
    func reload() async throws {
        let fixture = APIFixture()
        var settings = APIFixture.settings
        settings.keys = APIKeyRing([APIKey(name: "new", key: "fresh", scopes: [.admin])])
        fixture.server.apply(settings)
        #expect(try await fixture.send(.get, "/v1/ip", key: "token fresh").status == 200)
        #expect(try await fixture.send(.get, "/v1/ip", key: "token key-admin").status == 401)
    }

    @Test("A key that makes too many calls is told when to come back; reading and other keys go on")
    func rate() async throws {
        var settings = APIFixture.settings
        settings.keyRate = CallRate(perSecond: 0.001, burst: 2)
        let fixture = APIFixture(settings: settings)
        let body = #"{"users":[{"ip":"192.0.2.1"}]}"#
        #expect(try await fixture.send(.post, "/v1/relays/sessions", body: body).status == 200)
        #expect(try await fixture.send(.post, "/v1/relays/sessions:authorize-user", body: body).status == 400)
        for path in ["/v1/relays/sessions", "/v1/relays/sessions:authorize-user"] {
            let answer = try await fixture.send(.post, path, body: body)
            #expect(answer.status == 429)
            #expect(answer.message != nil)
            #expect(answer.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 1)
        }
        #expect(try await fixture.send(.get, "/v1/relays/sessions").status == 200)
        #expect(try await fixture.send(.post, "/v1/relays/sessions:revoke-user", body: "{}").status == 400)
        #expect(try await fixture.send(.post, "/v1/relays/sessions", key: "key-sessions", body: body).status == 200)
    }
}
