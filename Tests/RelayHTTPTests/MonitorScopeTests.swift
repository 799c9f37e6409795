import HTTPTypes
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("The scope of those who only look")
struct MonitorScopeTests {
    private func create(_ fixture: APIFixture) async throws -> Answer {
        try await fixture.send(
            .post,
            "/v1/relays/sessions",
            body: #"{"users":[{"ip":"192.0.2.1"}],"webhook_url":"https://Hook.example.net:8443/in?key=s3cret#x"}"#
        )
    }

    @Test("It sees every session without a token, and of a webhook's URL the origin", arguments: ["", "?cursor="])
    func withoutSecrets(query: String) async throws {
        let fixture = APIFixture()
        let created = try await create(fixture)
        #expect(created.status == 200)
        let id = try #require(created.json["session_id"]?.text)
        let list = try await fixture.send(.get, "/v1/relays/sessions\(query)", key: "token key-monitor")
        let one = try await fixture.send(.get, "/v1/relays/sessions/\(id)", key: "token key-monitor")
        for answer in [list, one] {
            #expect(answer.status == 200)
            #expect(!answer.text.contains("authorization_token") && !answer.text.contains("s3cret"))
        }
        #expect(one.json["webhook_url"]?.text == "https://hook.example.net:8443")
        #expect(one.json.at("session_users", "0")?.keys == ["ip_address"])
        #expect(one.json["relay"] == created.json["relay"])
        #expect(list.json.at("sessions", "0") == one.json)
    }

    @Test("Keys with the scopes read, sessions and admin see everything", arguments: ["read", "sessions", "admin"])
    func others(scope: String) async throws {
        let fixture = APIFixture()
        let created = try await create(fixture)
        let id = try #require(created.json["session_id"]?.text)
        let seen = try await fixture.send(.get, "/v1/relays/sessions/\(id)", key: "token key-\(scope)")
        #expect(seen.json == created.json)
    }

    @Test("It may read what 'read' may, and no route that changes something or shows a lobby's tokens")
    func everyRoute() async throws {
        let fixture = APIFixture()
        for route in fixture.server.api.responder.table.routes {
            guard case .key(let area) = route.access else { continue }
            let monitor = APIPrincipal(name: "m", scopes: [.monitor])
            let read = APIPrincipal(name: "r", scopes: [.read])
            let isRead = route.method == .get
            #expect(monitor.may(area, isRead: isRead) == read.may(area, isRead: isRead), "\(route.template)")
            #expect(monitor.may(area, isRead: isRead) == (isRead || area == .addresses), "\(route.template)")
        }
        #expect(!APIPrincipal(name: "m", scopes: [.monitor]).may(.lobbies, isRead: false))
    }
}
