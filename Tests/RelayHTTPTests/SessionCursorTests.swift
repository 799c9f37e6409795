import HTTPTypes
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("The list by cursor")
struct SessionCursorTests {
    private static let path = "/v1/relays/sessions"

    private func create(_ fixture: APIFixture, _ count: Int) async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<count {
            let answer = try await fixture.send(.post, Self.path, body: #"{"users":[{"ip":"192.0.2.1"}]}"#)
            ids.append(try #require(answer.json["session_id"]?.text))
        }
        return ids
    }

    private func ids(_ answer: Answer) -> [String] {
        guard case .array(let sessions)? = answer.json["sessions"] else { return [] }
        return sessions.compactMap { $0["session_id"]?.text }
    }

    @Test("Nobody who lives is skipped or seen twice, though others end and begin in between")
    func stable() async throws {
        let fixture = APIFixture()
        let made = try await create(fixture, 9)
        var seen: [String] = []
        var cursor = ""
        var steps = 0
        repeat {
            let answer = try await fixture.send(.get, "\(Self.path)?limit=2&cursor=\(cursor)")
            #expect(answer.status == 200)
            seen += ids(answer)
            // Ends two that were seen, the last of this part among them, and begins one.
            for id in ids(answer) { _ = try await fixture.send(.delete, "\(Self.path)/\(id)") }
            _ = try await create(fixture, 1)
            #expect(answer.json.at("pagination", "has_previous") == .bool(steps > 0))
            let next = answer.json.at("pagination", "next_cursor")?.text
            #expect(answer.json.at("pagination", "has_next") == .bool(next != nil))
            cursor = next ?? ""
            steps += 1
        } while !cursor.isEmpty && steps < 20
        #expect(seen == made.reversed())
        #expect(steps == 5)
    }

    @Test("Without a cursor the list has the documented members and no others")
    func pages() async throws {
        let fixture = APIFixture()
        _ = try await create(fixture, 3)
        let answer = try await fixture.send(.get, "\(Self.path)?limit=2")
        #expect(
            answer.json.at("pagination")?.keys == [
                "number", "next_page_number", "paginator", "has_next", "has_previous",
            ]
        )
    }

    @Test("An empty list has no next part")
    func empty() async throws {
        let answer = try await APIFixture().send(.get, "\(Self.path)?cursor=")
        #expect(
            answer.text
                == #"{"sessions":[],"total_count":0,"pagination":{"has_next":false,"has_previous":false}}"#
        )
    }

    @Test(
        "What is no cursor is 400, as is a page beside one",
        arguments: [
            "cursor=x", "cursor=-1", "cursor=%2B1", "cursor=1&cursor=2", "cursor=1&page=1", "page=1&cursor=",
            "cursor=11111111111111111", "cursor=1&limit=0",
        ]
    )
    func invalid(query: String) async throws {
        let answer = try await APIFixture().send(.get, "\(Self.path)?\(query)")
        #expect(answer.status == 400 && answer.message != nil)
    }
}
