import Crypto
import Foundation
import HTTPTypes
import NIOCore
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("Calls of the dashboard", .timeLimit(.minutes(10)))
struct DashboardCallTests {
    @Test("The page needs no key and allows nothing but itself", arguments: ["/dashboard", "/dashboard/"])
    func page(path: String) async throws {
        let answer = try await APIFixture().send(.get, path, key: nil)
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        #expect(answer.headers[try #require(HTTPField.Name("Referrer-Policy"))] == "no-referrer")
        let policy = try #require(answer.headers[.contentSecurityPolicy]).components(separatedBy: "; ")
        for rule in [
            "default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            #expect(policy.contains(rule))
        }
        // The page as it was sent, and not as it was put together.
        for (element, rule) in [("script", "script-src"), ("style", "style-src")] {
            let content = try #require(answer.text.components(separatedBy: "<\(element)>").last)
                .components(separatedBy: "</\(element)>")[0]
            let hash = Data(SHA256.hash(data: Data(content.utf8))).base64EncodedString()
            #expect(policy.contains("\(rule) 'sha256-\(hash)'"))
            #expect(content.utf8.count > 1_000)
        }
        let head = try await APIFixture().send(.head, path, key: nil)
        #expect(head.status == 200 && head.text.isEmpty)
    }

    @Test("The page has one script and one style, nothing from elsewhere, and makes no markup of texts")
    func selfContained() async throws {
        let text = try await APIFixture().send(.get, "/dashboard", key: nil).text
        #expect(text.components(separatedBy: "<script").count == 2)
        #expect(text.components(separatedBy: "<style").count == 2)
        for word in [
            "src=", "@import", "url(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
        ] {
            #expect(!text.contains(word), "the page has \(word)")
        }
        let addresses = text.matches(of: /https?:\/\/[^\s"'`)]+/).map { String($0.output) }
        #expect(Set(addresses) == ["http://www.w3.org/2000/svg"])
    }

    @Test(
        "Its figures need a key with the scope monitor, read or admin",
        arguments: [
            (String?.none, 401), ("token wrong", 401), ("token key-sessions", 403), ("token key-lobbies", 403),
            ("token key-read", 200), ("Bearer key-admin", 200),
        ]
    )
    func access(key: String?, status: Int) async throws {
        let answer = try await APIFixture().send(.head, "/dashboard/events", key: key)
        #expect(answer.status == status)
        #expect(answer.headers[.cacheControl]?.hasPrefix("no-store") == true)
        let fixture = APIFixture()
        // So that the stream has an end.
        fixture.dashboard.fail(with: RelayError(.unavailable, "restoring"))
        let refused = try await fixture.send(.get, "/dashboard/events", key: key)
        #expect(refused.status == (status == 200 ? 503 : status))
        if status == 403 { #expect(refused.message?.hasSuffix("it needs 'monitor', 'read' or 'admin'") == true) }
    }

    @Test("What is asked for wrongly is refused, and a session that is not there is not found")
    func refusals() async throws {
        let fixture = APIFixture()
        for (query, status) in [
            ("page=0", 400), ("page=1&page=2", 400), ("session=a&session=b", 400), ("session=none", 404),
        ] {
            #expect(try await fixture.send(.get, "/dashboard/events?\(query)").status == status, "\(query)")
        }
        #expect(try await fixture.send(.post, "/dashboard").status == 405)
        #expect(try await fixture.send(.get, "/dashboard/more").status == 404)
    }

    @Test("A session's events are server-sent events that nobody stores, until it ends")
    func events() async throws {
        let fixture = APIFixture()
        async let answer = fixture.send(.get, "/dashboard/events?session=a1-S", key: "token key-read")
        while fixture.dashboard.looks == 0 { try await Task.sleep(for: .milliseconds(1)) }
        fixture.dashboard.replaceSession(with: nil)
        let heard = try await answer
        #expect(heard.status == 200)
        #expect(heard.headers[.contentType] == "text/event-stream")
        #expect(heard.headers[.cacheControl] == "no-store, no-transform")
        #expect(heard.text.hasPrefix("event: session\ndata: {") && heard.text.contains("event: ended\n"))
    }

    @Test("A key that a reload takes away, or takes the scope from, shows nothing more", arguments: [false, true])
    func revokedKey(keepsKey: Bool) async throws {
        let fixture = APIFixture()
        async let answer = fixture.send(.get, "/dashboard/events", key: "token key-read")
        while fixture.dashboard.looks == 0 { try await Task.sleep(for: .milliseconds(1)) }
        var settings = APIFixture.settings
        settings.keys = APIKeyRing(keepsKey ? [APIKey(name: "read", key: "key-read", scopes: [.sessions])] : [])
        fixture.server.apply(settings)
        // Else it would go on for ever.
        #expect(try await answer.status == 200)
    }

    @Test("The stream ends when the daemon stops")
    func stop() async throws {
        let heard = try await withLiveServer { _, address in
            let (signs, sign) = AsyncStream.makeStream(of: Void.self)
            let listening = Task {
                try await RawConnection.run(
                    address,
                    .send("GET /dashboard/events HTTP/1.1\r\nHost: a\r\nAuthorization: token key-read\r\n\r\n"),
                    .await("event: overview"),
                    .call { sign.yield() }
                )
            }
            for await _ in signs { break }
            return listening
        }
        // The server has stopped, so the connection has come to an end of its own.
        let text = try await heard.value
        #expect(text.contains("event: history\n") && text.hasSuffix("0\r\n\r\n"))
    }

    @Test("Who does not read what it is sent is cut off, though the answer has no end")
    func unread() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .seconds(1)
        let length = 32 << 20
        let heard = try await withLiveServer(.init(listen: .tcp(host: "127.0.0.1", port: 0), limits: limits)) {
            fixture,
            address in
            fixture.dashboard.pad(by: length)
            return try await RawConnection.run(
                address,
                .send(
                    "GET /dashboard/events?session=a1-S HTTP/1.1\r\nHost: a\r\nAuthorization: token key-read\r\n\r\n"
                ),
                .pause(milliseconds: 4_000)
            )
        }
        #expect(heard.contains("event: session\n") && heard.utf8.count < length)
    }
}
