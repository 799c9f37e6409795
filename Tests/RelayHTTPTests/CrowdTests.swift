import Foundation
import NIOCore
import RelayControl
import RelayMetrics
import RelayNet
import Synchronization
import Testing

@testable import RelayHTTP

/// More connections, and more unread answers, than there is room for.
@Suite("Crowds of connections", .timeLimit(.minutes(5)))
struct CrowdTests {
    private static let live = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let keyed = "GET /v1/ip HTTP/1.1\r\nHost: x\r\nAuthorization: token key-read\r\n\r\n"
    private static let ok = "{\"status\":\"ok\"}"

    private static func configuration(total: Int, perSource: Int) -> APIServer.Configuration {
        var configuration = APIServer.Configuration(listen: .tcp(host: "127.0.0.1", port: 0))
        configuration.limits.maxConnections = total
        configuration.limits.maxConnectionsPerSource = perSource
        return configuration
    }

    /// Opens a connection that has had an answer and stays; the task ends when the server closes it.
    private static func open(_ address: ListenAddress, _ request: String = live) async throws -> Task<String, any Error>
    {
        let (answered, answer) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            defer { answer.finish() }
            return try await RawConnection.run(
                address,
                .send(request),
                .await("200 OK"),
                .call { answer.yield() }
            )
        }
        for await _ in answered { break }
        return task
    }

    private static func samples(_ fixture: APIFixture, _ name: String) async throws -> [String: Int] {
        let page = MetricsPage(fixture.connections.families).text
        var found: [String: Int] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix(name) {
            let parts = line.split(separator: " ")
            found[parts[0].components(separatedBy: "reason=\"").last?.components(separatedBy: "\"")[0] ?? ""] = Int(
                parts[1]
            )
        }
        return found
    }

    @Test("Past a source's share its longest idle connection makes room, is counted, and the others stay")
    func source() async throws {
        try await withLiveServer(Self.configuration(total: 100, perSource: 2)) { fixture, address in
            let first = try await Self.open(address)
            let second = try await Self.open(address)
            let third = try await Self.open(address)
            #expect(try await first.value.hasSuffix(Self.ok))
            let closed = try await Self.samples(fixture, "causeway_http_early_closes_total")
            #expect(closed == ["idle": 1, "unread": 0])
            #expect(try await Self.samples(fixture, "causeway_http_connections{").values.reduce(0, +) == 2)
            _ = (second, third)
        }
    }

    @Test("A source whose connections are all in use is refused more; that is counted, and logged once")
    func refused() async throws {
        try await withLiveServer(Self.configuration(total: 100, perSource: 2)) { fixture, address in
            let stream = "GET /dashboard/events HTTP/1.1\r\nHost: x\r\nAuthorization: token key-read\r\n\r\n"
            _ = try await Self.open(address, stream)
            _ = try await Self.open(address, stream)
            for _ in 0..<3 { #expect(try await RawConnection.run(address, .send(Self.live)) == "") }
            let refused = try await Self.samples(fixture, "causeway_http_refused_connections_total")
            #expect(refused == ["source": 3, "full": 0, "kept": 0])
            let lines = fixture.log.lines.filter { $0.hasPrefix("warning connections are refused") }
            #expect(lines.count == 1 && lines[0].contains("limits.connections_per_source"))
            #expect(lines[0].contains("latest=127.0.0.1") && lines[0].contains("listener=api.listen"))
        }
    }

    @Test("A trusted proxy has as many as there are")
    func proxy() async throws {
        var settings = APIFixture.settings
        settings.trustedProxies = [try #require(IPNetwork("127.0.0.1/32"))]
        try await withLiveServer(Self.configuration(total: 100, perSource: 2), settings: settings) { fixture, address in
            for _ in 0..<10 { _ = try await Self.open(address) }
            #expect(try await Self.samples(fixture, "causeway_http_connections{").values.reduce(0, +) == 10)
        }
    }

    @Test("A thousand clients of one address that poll all are served, though it may have 64 connections")
    func pollers() async throws {
        try await withLiveServer(Self.configuration(total: 256, perSource: 64)) { _, address in
            let served = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1_000 {
                    if number >= 60 { _ = try await group.next() }
                    group.addTask {
                        // Who is pushed out tries again, as any client does.
                        for _ in 0..<100 {
                            let answer = try? await RawConnection.run(
                                address,
                                .send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            )
                            if answer?.hasSuffix(Self.ok) == true { return true }
                            try await Task.sleep(for: .milliseconds(20))
                        }
                        return false
                    }
                }
                return try await group.reduce(true) { $0 && $1 }
            }
            #expect(served)
        }
    }

    @Test("Strangers in every place do not keep the holder of a key out")
    func keys() async throws {
        // Sources behind a Unix socket have no share, so a single one fills it.
        var configuration = Self.configuration(total: 16, perSource: 16)
        configuration.limits.bodyTimeout = .seconds(5)
        try await withLiveServer(configuration) { fixture, address in
            let slow = "POST /l/x/lobbies HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
            for _ in 0..<14 {
                let (begun, begin) = AsyncStream.makeStream(of: Void.self)
                Task {
                    try await RawConnection.run(address, .send(slow), .await("100 Continue"), .call { begin.yield() })
                }
                for await _ in begun { break }
            }
            let stranger = try await RawConnection.run(address, .send(Self.live))
            #expect(stranger.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(stranger.lowercased().contains("\r\nretry-after: 1\r\n"))
            let holder = try await RawConnection.run(address, .send(Self.keyed), .await("public_ip"), .finish)
            #expect(holder.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(try await Self.samples(fixture, "causeway_http_refused_connections_total")["kept"] == 1)
        }
    }

    @Test("Answers that nobody reads are bounded, who stopped reading is cut off, and the memory comes back")
    func unread() async throws {
        let connections = HTTPConnections(unreadBytes: 8 << 20, unreadBytesPerSource: 3 << 20)
        var configuration = Self.configuration(total: 1_000, perSource: 1_000)
        configuration.limits.idleTimeout = .seconds(60)
        try await withLiveServer(configuration, connections: connections) { fixture, address in
            fixture.dashboard.pad(by: 1 << 20)
            // Each is a megabyte of one event, and none is read: three of them are all that one source may owe.
            let stream =
                "GET /dashboard/events?session=a1-S HTTP/1.1\r\nHost: x\r\nAuthorization: token key-read\r\n\r\n"
            let deaf = (0..<12).map { _ in
                // Whom nobody cut off by then goes: it would read for as long as there are events.
                Task { try await RawConnection.run(address, .send(stream), .pause(milliseconds: 6_000), .finish) }
            }
            var most = 0
            for _ in 0..<50 {
                try await Task.sleep(for: .milliseconds(100))
                most = max(most, try await Self.samples(fixture, "causeway_http_unread_bytes").values.reduce(0, +))
                // It may be told that there is no room: then nothing else comes on a connection that stays open.
                let live = try await RawConnection.run(
                    address,
                    .send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                )
                #expect(live.hasPrefix("HTTP/1.1 200 OK\r\n") || live.hasPrefix("HTTP/1.1 503 "))
            }
            #expect(most > 0 && most <= 3 << 20, "\(most)")
            for task in deaf { _ = try? await task.value }
            #expect(try await Self.samples(fixture, "causeway_http_early_closes_total")["unread"] ?? 0 > 0)
            while try await Self.samples(fixture, "causeway_http_unread_bytes").values.reduce(0, +) > 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
