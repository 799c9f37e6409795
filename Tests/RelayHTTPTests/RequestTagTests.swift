import HTTPTypes
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("Request ids")
struct RequestTagTests {
    @Test(
        "Every answer has one, whatever it is",
        arguments: [
            ("GET", "/livez"), ("GET", "/nothing"), ("PUT", "/livez"), ("GET", "/v1/relays/sessions"),
            ("HEAD", "/readyz"), ("OPTIONS", "/l/game/lobbies"), ("GET", "/l/game/lobbies"), ("GET", "/"),
        ]
    )
    func everywhere(method: String, path: String) async throws {
        let fixture = APIFixture()
        let method = try #require(HTTPRequest.Method(method))
        for key in [nil, "token key-admin"] {
            let first = try await fixture.send(method, path, key: key).headers[.xRequestID]
            let second = try await fixture.send(method, path, key: key).headers[.xRequestID]
            #expect(first?.utf8.count == 16 && first != second)
        }
    }

    @Test(
        "The caller's own comes back and is in the log",
        arguments: [
            "a", "4bf92f35-77b3", "Root=1-67891233-abc", "x_y~z@h:1/2+3,4.5", String(repeating: "r", count: 128),
        ]
    )
    func echoed(id: String) async throws {
        let fixture = APIFixture()
        #expect(try await fixture.send(.get, "/livez", headers: [.xRequestID: id]).headers[.xRequestID] == id)
        #expect(fixture.log.lines.contains { $0.contains("request=\(id) ") || $0.hasSuffix("request=\(id)") })
    }

    @Test(
        "What may not stand in a log is replaced",
        arguments: ["", "a b", "a\"b", "<x>", "ä", "a;b", String(repeating: "r", count: 129)]
    )
    func refused(id: String) async throws {
        let given = try await APIFixture().send(.get, "/livez", headers: [.xRequestID: id]).headers[.xRequestID]
        #expect(given != id && given?.utf8.count == 16)
    }

    @Test("Two in one request are none")
    func two() async throws {
        var headers = HTTPFields()
        for value in ["one", "two"] { headers.append(HTTPField(name: .xRequestID, value: value)) }
        let given = try await APIFixture().send(.get, "/livez", headers: headers).headers[.xRequestID]
        #expect(given?.utf8.count == 16)
    }
}
