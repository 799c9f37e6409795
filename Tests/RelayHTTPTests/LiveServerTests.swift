import Foundation
import Glibc
import NIOCore
import RelayControl
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("The server on a real socket")
struct LiveServerTests {
    private static let auth = "Host: x\r\nAuthorization: token key-admin\r\n"

    private static func server(
        header: TimeAmount = .seconds(30),
        body: TimeAmount = .seconds(30),
        idle: TimeAmount = .seconds(30)
    ) -> APIServer.Configuration {
        var limits = ListenerLimits()
        limits.headerTimeout = header
        limits.bodyTimeout = body
        limits.idleTimeout = idle
        return .init(listen: .tcp(host: "127.0.0.1", port: 0), limits: limits)
    }

    private static func post(_ body: String, more: String = "") -> String {
        "POST /v1/relays/sessions HTTP/1.1\r\n\(auth)Content-Length: \(body.utf8.count)\r\n\(more)\r\n\(body)"
    }

    @Test("Port 0 is a port of the system's choice, and the listener tells which")
    func portZero() async throws {
        try await withLiveServer { fixture, address in
            guard case .tcp("127.0.0.1", let port) = address else {
                Issue.record("listening on \(address)")
                return
            }
            #expect(port > 0)
            let answer = try await RawConnection.run(
                address,
                .send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n{\"status\":\"ok\"}"))
        }
    }

    @Test("A taken address is an error that names the key and the address")
    func takenAddress() async throws {
        try await withLiveServer { _, address in
            let error = await #expect(throws: ListenerError.self) {
                try await withLiveServer(.init(listen: address)) { _, _ in }
            }
            #expect(error?.key == "api.listen" && error?.isTaken == true)
            #expect(error?.message.contains(address.description) == true)
        }
    }

    @Test("A Unix socket serves like a port, trusts what its peer forwards, and is gone after the stop")
    func unixSocket() async throws {
        let path = "/tmp/causeway-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        try await withLiveServer(.init(listen: .unix(path: path))) { _, address in
            #expect(address == .unix(path: path))
            for (header, caller) in [("", "127.0.0.1"), ("X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9")] {
                let answer = try await RawConnection.run(
                    address,
                    .send("GET /v1/ip HTTP/1.1\r\n\(Self.auth)\(header)Connection: close\r\n\r\n")
                )
                #expect(answer.hasSuffix("{\"public_ip\":\"\(caller)\"}"))
            }
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("The caller's address is the connection's, whatever it claims, unless a trusted proxy says so")
    func forwarded() async throws {
        let request = "GET /v1/ip HTTP/1.1\r\n\(Self.auth)X-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n"
        var trusting = APIFixture.settings
        trusting.trustedProxies = [try #require(IPNetwork("127.0.0.0/8"))]
        for (settings, caller) in [(APIFixture.settings, "127.0.0.1"), (trusting, "203.0.113.9")] {
            try await withLiveServer(settings: settings) { _, address in
                let answer = try await RawConnection.run(address, .send(request))
                #expect(answer.hasSuffix("{\"public_ip\":\"\(caller)\"}"))
            }
        }
    }

    @Test("Requests on one connection are answered in order, pipelined ones too")
    func pipelining() async throws {
        try await withLiveServer { fixture, address in
            let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
            let answer = try await RawConnection.run(
                address,
                .send(Self.post(body) + Self.post(body) + "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            )
            #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
            #expect(answer.hasSuffix("{\"status\":\"ok\"}"))
            #expect(await fixture.directory.requests.count == 2)
        }
    }

    @Test(
        "What is no HTTP is answered with 400 in JSON, and the connection ends",
        arguments: [
            "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\u{0}/ HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost x\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\u{1}\r\n\r\n", "FOO /livez HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /v1/relays/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            "POST /v1/relays/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /v1/relays/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "POST /v1/relays/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\u{3}\u{3}",
        ]
    )
    func malformed(request: String) async throws {
        try await withLiveServer { _, address in
            let answer = try await RawConnection.run(address, .send(request))
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(answer.lowercased().contains("\r\ncontent-type: application/json\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n{\"message\":\"the request is not valid HTTP/1.1\"}"))
        }
    }

    @Test("Garbage after a request is answered after that request")
    func garbageAfterRequest() async throws {
        try await withLiveServer { _, address in
            let answer = try await RawConnection.run(
                address,
                .send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n\u{0}garbage\r\n\r\n")
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("{\"status\":\"ok\"}HTTP/1.1 400 Bad Request\r\n"))
        }
    }

    @Test("A chunk that is malformed is 400, and the request before it has no effect")
    func malformedChunk() async throws {
        try await withLiveServer { fixture, address in
            let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
            let head = "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Transfer-Encoding: chunked\r\n\r\n"
            let answer = try await RawConnection.run(
                address,
                .send("\(head)\(String(body.utf8.count, radix: 16))\r\n\(body)\r\nzz\r\n")
            )
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(await fixture.directory.requests.isEmpty)
        }
    }

    @Test("A body in chunks is read like any other")
    func chunked() async throws {
        try await withLiveServer { _, address in
            let head =
                "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            let answer = try await RawConnection.run(
                address,
                .send(head),
                .send("9\r\n{\"users\":\r\n"),
                .send("12\r\n[{\"ip\":\"1.1.1.1\"}]\r\n1\r\n}\r\n0\r\n\r\n")
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("A body that breaks off has no effect, even where what came is complete JSON")
    func brokenOff() async throws {
        try await withLiveServer { fixture, address in
            let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
            let request =
                "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Content-Length: \(body.utf8.count + 9)\r\n\r\n\(body)"
            let answer = try await RawConnection.run(address, .send(request), .finish)
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(await fixture.directory.requests.isEmpty)
        }
    }

    @Test("A client that closes its side after the request still gets the answer")
    func halfClosed() async throws {
        try await withLiveServer { _, address in
            let answer = try await RawConnection.run(address, .send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"), .finish)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("Headers that do not end in time are 408", arguments: ["", "GET /livez HTTP/1.1\r\nHost: x\r\n"])
    func slowHeaders(start: String) async throws {
        try await withLiveServer(Self.server(header: .milliseconds(200))) { _, address in
            let answer = try await RawConnection.run(address, .send(start))
            #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(answer.hasSuffix("{\"message\":\"the request's headers did not arrive in time\"}"))
        }
    }

    @Test("A body that does not end in time is 408, and has no effect")
    func slowBody() async throws {
        try await withLiveServer(Self.server(body: .milliseconds(200))) { fixture, address in
            let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
            let request =
                "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Content-Length: \(body.utf8.count + 1)\r\n\r\n\(body)"
            let answer = try await RawConnection.run(address, .send(request))
            #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(await fixture.directory.requests.isEmpty)
        }
    }

    @Test("A connection that is idle after a request is closed without a word")
    func idle() async throws {
        try await withLiveServer(Self.server(idle: .seconds(1))) { _, address in
            let answer = try await RawConnection.run(
                address,
                .send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"),
                .await("ok\"}"),
                .send("GET /livez HTTP/1.1\r\n")
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("{\"status\":\"ok\"}"))
        }
    }

    @Test("A client that does not read its answers is cut off")
    func neverReads() async throws {
        try await withLiveServer(Self.server(idle: .milliseconds(300))) { _, address in
            // Far more than the sockets' buffers hold; what matters is that the server closes, so that reading ends.
            let many = String(repeating: "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", count: 2000)
            let answer = try await RawConnection.run(address, .send(many))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("Headers beyond the limit are 431")
    func largeHeaders() async throws {
        try await withLiveServer { _, address in
            let headers = (0..<40).map { "X-\($0): \(String(repeating: "a", count: 1000))\r\n" }.joined()
            let answer = try await RawConnection.run(address, .send("GET /livez HTTP/1.1\r\nHost: x\r\n\(headers)\r\n"))
            #expect(answer.hasPrefix("HTTP/1.1 431 "))
            #expect(answer.lowercased().contains("\r\nx-request-id: "))
            #expect(answer.hasSuffix("{\"message\":\"the request's headers are too many or too large\"}"))
        }
    }

    @Test("A huge body is refused by its announcement, by its size, and not even waited for without a key")
    func hugeBody() async throws {
        let chunk = String(repeating: "x", count: 65_536)
        let chunks = (0..<64).map { _ in RawConnection.Step.send("10000\r\n\(chunk)\r\n") }
        try await withLiveServer { _, address in
            let announced = "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Content-Length: 99999999999\r\n\r\n"
            let unannounced = "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Transfer-Encoding: chunked\r\n\r\n"
            let stranger = "POST /v1/relays/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            for (head, status) in [(announced, "413"), (unannounced, "413"), (stranger, "401")] {
                let answer = try await RawConnection.run(address, steps: [.send(head)] + chunks)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(100))")
                #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
                #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            }
        }
    }

    @Test("A client that waits to be asked for its body is asked")
    func expectContinue() async throws {
        try await withLiveServer { _, address in
            let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
            let head =
                "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Content-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
            let answer = try await RawConnection.run(address, .send(head), .await("100 Continue\r\n\r\n"), .send(body))
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("A stop lets the request that is under way finish")
    func gracefulStop() async throws {
        let body = #"{"users":[{"ip":"1.1.1.1"}]}"#
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let answer = try await withLiveServer { _, address in
            let task = Task {
                try await RawConnection.run(
                    address,
                    .send(
                        "POST /v1/relays/sessions HTTP/1.1\r\n\(Self.auth)Content-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\n\r\n"
                    ),
                    .await("100 Continue"),
                    .call { start.yield() },
                    .pause(milliseconds: 300),
                    .send(body)
                )
            }
            var iterator = started.makeAsyncIterator()
            _ = await iterator.next()
            return task
        }.value
        #expect(answer.contains("HTTP/1.1 200 OK\r\n"))
    }
}
