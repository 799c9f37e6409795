import Foundation
import NIOCore
import Testing

@testable import RelayHTTP

/// HTTP as clients really speak it, on a real socket.
@Suite("HTTP as clients speak it", .timeLimit(.minutes(5)))
struct ProtocolTests {
    private static let live = "GET /livez HTTP/1.1\r\nHost: x\r\n"
    private static let last = "\(live)Connection: close\r\n\r\n"
    private static let ok = "{\"status\":\"ok\"}"
    private static let authorized = "Host: x\r\nAuthorization: token key-admin\r\n"
    private static let stream = "GET /dashboard/events HTTP/1.1\r\n\(authorized)\r\n"

    private static func count(_ text: String, in answer: String) -> Int {
        answer.components(separatedBy: text).count - 1
    }

    @Test(
        "A connection goes on after a request that asks for another protocol",
        arguments: [
            // As the JDK's client and `curl --http2` send it.
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n",
            "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            "Upgrade: TLS/1.0, HTTP/1.1\r\nConnection: upgrade\r\n", "Upgrade: h2c\r\n", "Connection: upgrade\r\n",
        ]
    )
    func upgrade(headers: String) async throws {
        let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
        let post = "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.authorized)\(headers)"
        try await withLiveServer { fixture, address in
            let answer = try await RawConnection.run(
                address,
                .send("\(Self.live)\(headers)\r\n"),
                .await(Self.ok),
                .send("\(post)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"),
                .await("session_users"),
                .send("\(post)Transfer-Encoding: chunked\r\n\r\n1c\r\n\(body)\r\n0\r\n\r\n"),
                // The next is in the same packet.
                .send("\(Self.live)\(headers)\r\n\(Self.live)\r\n\(Self.last)")
            )
            #expect(Self.count("HTTP/1.1 200 OK\r\n", in: answer) == 6, "\(answer)")
            #expect(await fixture.directory.requests.count == 2)
        }
    }

    @Test("A tunnel is refused and the connection ends; so does one that speaks HTTP/2 at once")
    func tunnel() async throws {
        try await withLiveServer { _, address in
            let tunnel = "CONNECT example.net:443 HTTP/1.1\r\nHost: example.net:443\r\n\r\n\u{16}\u{3}\u{1}"
            let answer = try await RawConnection.run(address, .send(tunnel))
            #expect(answer.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
            #expect(answer.contains("\r\nAllow: GET") && answer.lowercased().contains("\r\nconnection: close\r\n"))
            let preface = try await RawConnection.run(address, .send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
            #expect(preface.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        }
    }

    @Test("HTTP/1.0 gets HTTP/1.0, and the connection ends with the answer unless it was asked to stay")
    func http10() async throws {
        try await withLiveServer { _, address in
            let plain = try await RawConnection.run(address, .send("GET /livez HTTP/1.0\r\n\r\n"))
            #expect(plain.hasPrefix("HTTP/1.0 200 OK\r\n") && plain.hasSuffix("\r\n\r\n\(Self.ok)"))
            #expect(plain.lowercased().contains("\r\nconnection: close\r\n"))
            let kept = try await RawConnection.run(
                address,
                .send("GET /livez HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"),
                .await(Self.ok),
                .send("GET /livez HTTP/1.0\r\n\r\n")
            )
            #expect(Self.count("HTTP/1.0 200 OK\r\n", in: kept) == 2)
            #expect(Self.count("\r\nconnection: keep-alive\r\n", in: kept.lowercased()) == 1)
        }
    }

    @Test("HTTP/1.0 gets no chunks and no 1xx, not even in a refusal")
    func http10Framing() async throws {
        try await withLiveServer { fixture, address in
            let heard = try await RawConnection.run(
                address,
                .send("GET /dashboard/events HTTP/1.0\r\nConnection: keep-alive\r\n\(Self.authorized)\r\n"),
                .await("event: overview\n"),
                .finish
            )
            #expect(heard.hasPrefix("HTTP/1.0 200 OK\r\n") && heard.contains("\r\n\r\nevent: history\n"))
            #expect(!heard.lowercased().contains("chunked") && heard.lowercased().contains("connection: close\r\n"))
            let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
            let post =
                "POST /v1/relays/sessions HTTP/1.0\r\n\(Self.authorized)Expect: 100-continue\r\nContent-Length: 28\r\n\r\n"
            let answer = try await RawConnection.run(address, .send(post + body))
            #expect(answer.hasPrefix("HTTP/1.0 200 OK\r\n"))
            let refused = try await RawConnection.run(address, .send("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"))
            #expect(refused.hasPrefix("HTTP/1.0 400 Bad Request\r\n"))
        }
    }

    @Test(
        "Connection: close counts in any case, in a list, and in a second header",
        arguments: [
            "Connection: Close\r\n", "Connection: x, close\r\n", "Connection: keep-alive\r\nConnection: CLOSE\r\n",
        ]
    )
    func closing(headers: String) async throws {
        try await withLiveServer { _, address in
            let answer = try await RawConnection.run(address, .send("\(Self.live)\(headers)\r\n\(Self.live)\r\n"))
            #expect(Self.count("HTTP/1.1 200 OK\r\n", in: answer) == 1)
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
        }
    }

    @Test("A request of HTTP/1.1 without Host, or with two, is 400", arguments: ["", "Host: a\r\nHost: b\r\n"])
    func host(headers: String) async throws {
        try await withLiveServer { _, address in
            let answer = try await RawConnection.run(address, .send("GET /livez HTTP/1.1\r\n\(headers)\r\n"))
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.hasSuffix("{\"message\":\"the request needs exactly one Host header\"}"))
        }
    }

    @Test("A transfer coding that nobody knows is 501", arguments: ["gzip", "gzip, chunked", "identity"])
    func transferCoding(coding: String) async throws {
        try await withLiveServer { fixture, address in
            let post = "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.authorized)Transfer-Encoding: \(coding)\r\n\r\n"
            let answer = try await RawConnection.run(address, .send("\(post)0\r\n\r\n"))
            #expect(answer.hasPrefix("HTTP/1.1 501 Not Implemented\r\n"), "\(answer)")
            #expect(Self.count("HTTP/1.1 ", in: answer) == 1)
            #expect(await fixture.directory.requests.isEmpty)
        }
    }

    @Test("100 Continue comes after the answer before, and never into a stream")
    func continueInTurn() async throws {
        let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
        let post =
            "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.authorized)Content-Length: 28\r\nExpect: 100-continue\r\n\r\n"
        try await withLiveServer { _, address in
            let answer = try await RawConnection.run(
                address,
                .send("\(Self.live)\r\n\(post)"),
                .await("100 Continue\r\n\r\n"),
                .send("\(body)\(Self.last)")
            )
            let order = answer.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.output.1) }
            #expect(order == ["200", "100", "200", "200"])
            let heard = try await RawConnection.run(
                address,
                .send("\(Self.stream)\(post)"),
                .await("event: overview\n"),
                .send(body),
                .pause(milliseconds: 300),
                .finish
            )
            #expect(Self.count("HTTP/1.1 ", in: heard) == 1)
        }
    }

    @Test("A stream carries what proxies need, and ends at once when its reader goes")
    func stream() async throws {
        try await withLiveServer { _, address in
            let start = ContinuousClock.now
            let heard = try await RawConnection.run(address, .send(Self.stream), .await("event: overview\n"), .finish)
            #expect(start.duration(to: .now) < .seconds(5))
            let head = heard.components(separatedBy: "\r\n\r\n")[0].lowercased()
            for line in [
                "content-type: text/event-stream", "cache-control: no-store, no-transform", "x-accel-buffering: no",
                "connection: close",
            ] {
                #expect(head.contains("\r\n\(line)"), "\(head)")
            }
        }
    }

    @Test("Requests that were sent ahead in thousands are answered in order")
    func sentAhead() async throws {
        try await withLiveServer { _, address in
            let many = (0..<2_000).map { "GET /none/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            let answer = try await RawConnection.run(address, .send(many), .send(Self.last))
            #expect(Self.count("HTTP/1.1 404 Not Found\r\n", in: answer) == 2_000)
            #expect(answer.hasSuffix(Self.ok))
        }
    }
}
