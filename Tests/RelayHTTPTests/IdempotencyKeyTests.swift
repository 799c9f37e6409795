import HTTPTypes
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("Idempotency-Key")
struct IdempotencyKeyTests {
    private static let path = "/v1/relays/sessions"

    private func tickets(_ bodies: String..., key: String = "token key-sessions") async throws -> [IdempotencyTicket] {
        let fixture = APIFixture()
        for body in bodies {
            let answer = try await fixture.send(
                .post,
                Self.path,
                key: key,
                body: body,
                headers: [.idempotencyKey: "k-1"]
            )
            #expect(answer.status == 200)
        }
        return await fixture.directory.requests.compactMap(\.ticket)
    }

    @Test("The call is named by the API key, the call and the header")
    func name() async throws {
        let fixture = APIFixture()
        let created = try await fixture.send(
            .post,
            Self.path,
            body: #"{"users":[{"ip":"1.1.1.1"}]}"#,
            headers: [.idempotencyKey: "k-1"]
        )
        let id = try #require(created.json["session_id"]?.text)
        _ = try await fixture.send(
            .post,
            "\(Self.path):authorize-user",
            key: "token key-sessions",
            body: #"{"session_id":"\#(id)","user_ip":"1.1.1.1"}"#,
            headers: [.idempotencyKey: "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""]
        )
        #expect(
            await fixture.directory.requests.compactMap(\.ticket).map(\.name)
                == [.init(owner: "admin", call: .create, key: "k-1")]
        )
        #expect(
            await fixture.directory.tickets.map(\.name) == [
                .init(owner: "sessions", call: .authorizeUser, key: "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"")
            ]
        )
    }

    @Test("The same body is the same however its members are ordered and spaced; another value is another body")
    func digest() async throws {
        let tickets = try await tickets(
            #"{"users":[{"ip":"1.1.1.1"},{"ip":"2.2.2.2","x":{"b":1,"a":[1,2]}}],"filters":[]}"#,
            #"{ "filters" : [], "users":[{"ip":"1.1.1.1"}, {"x":{"a":[1,2],"b":1},"ip":"2.2.2.2"}] }"#,
            #"{"users":[{"ip":"2.2.2.2","x":{"b":1,"a":[1,2]}},{"ip":"1.1.1.1"}],"filters":[]}"#,
            #"{"users":[{"ip":"1.1.1.1"},{"ip":"2.2.2.2","x":{"b":1,"a":[2,1]}}],"filters":[]}"#
        )
        #expect(tickets.count == 4 && tickets[0] == tickets[1])
        #expect(Set(tickets.map(\.digest)).count == 3)
        #expect(tickets.allSatisfy { $0.digest.count == 32 })
    }

    @Test("What is no usable name is 400", arguments: ["", "ä", "a\tb", String(repeating: "k", count: 256)])
    func unusable(key: String) async throws {
        for path in [Self.path, "\(Self.path):authorize-user"] {
            let answer = try await APIFixture().send(
                .post,
                path,
                body: #"{"users":[{"ip":"1.1.1.1"}],"session_id":"x","user_ip":"1.1.1.1"}"#,
                headers: [.idempotencyKey: key]
            )
            #expect(answer.status == 400 && answer.message?.contains("Idempotency-Key") == true)
        }
    }

    @Test("Two names in one request are none")
    func two() async throws {
        var headers = HTTPFields()
        for value in ["one", "two"] { headers.append(HTTPField(name: .idempotencyKey, value: value)) }
        let answer = try await APIFixture().send(
            .post,
            Self.path,
            body: #"{"users":[{"ip":"1.1.1.1"}]}"#,
            headers: headers
        )
        #expect(answer.status == 400)
    }

    @Test(
        "Another body is 422, an ended session 409, both with words",
        arguments: [(RelayError.Code.mismatch, 422), (.conflict, 409)]
    )
    func statuses(code: RelayError.Code, status: Int) async throws {
        let fixture = APIFixture()
        await fixture.directory.fail(with: RelayError(code, "words"))
        let answer = try await fixture.send(
            .post,
            Self.path,
            body: #"{"users":[{"ip":"1.1.1.1"}]}"#,
            headers: [.idempotencyKey: "k"]
        )
        #expect(answer.status == status && answer.message == "words")
    }

    @Test("Without the header a call has no name")
    func absent() async throws {
        let fixture = APIFixture()
        _ = try await fixture.send(.post, Self.path, body: #"{"users":[{"ip":"1.1.1.1"}]}"#)
        #expect(await fixture.directory.requests.map(\.ticket) == [nil])
    }

    @Test("An id in a path or a body has its one spelling before anything looks at it")
    func canonicalIDs() async throws {
        let fixture = APIFixture()
        let created = try await fixture.send(.post, Self.path, body: #"{"users":[{"ip":"1.1.1.1"},{"ip":"1.1.1.1"}]}"#)
        let id = try #require(created.json["session_id"]?.text)
        let token = try #require(created.json.at("session_users", "0", "authorization_token")?.number)
        for spelling in [id, id.uppercased(), String(id.dropLast(2)), id.dropLast(2).uppercased() + "-s"] {
            let seen = try await fixture.send(.get, "\(Self.path)/\(spelling)")
            #expect(seen.status == 200 && seen.json["session_id"]?.text == id)
            #expect(try await fixture.send(.get, "\(Self.path)/\(spelling)/health").json["session_id"]?.text == id)
            let body = #"{"session_id":"\#(spelling)","user_ip":"1.1.1.1"}"#
            #expect(
                try await fixture.send(.post, "\(Self.path):authorize-user", body: body).json["session_id"]?.text == id
            )
        }
        let revoke = #"{"session_id":"\#(id.uppercased())","authorization_token":\#(token)}"#
        #expect(try await fixture.send(.post, "\(Self.path):revoke-user", body: revoke).status == 200)
        #expect(try await fixture.send(.delete, "\(Self.path)/\(id.uppercased())").status == 204)
    }
}
