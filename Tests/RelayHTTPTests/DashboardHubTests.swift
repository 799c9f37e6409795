import NIOCore
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("Those who watch the dashboard", .timeLimit(.minutes(10)))
struct DashboardHubTests {
    private let source = FakeDashboard()

    private func text(_ event: ByteBuffer?) -> String { event.map { String(buffer: $0) } ?? "" }

    @Test("A listener is told the last hour, then how it is, again and again")
    func overview() async throws {
        let hub = DashboardHub(source: source, interval: .milliseconds(1))
        var events = try await hub.events(on: .overview(page: 3)).makeAsyncIterator()
        let history = text(await events.next())
        #expect(history.hasPrefix(#"event: history"# + "\ndata: {"))
        #expect(history.contains(#""clock":[0.25,0.5]"#) && history.contains(#""drops":{"no_host":[0,3]}"#))
        #expect(history.contains(#""jitter_median":[null,null]"#))
        for _ in 0..<5 {
            let event = text(await events.next())
            #expect(event.hasPrefix("event: overview\ndata: {") && event.hasSuffix("}\n\n"))
            #expect(event.contains(#""page":3"#) && event.dropLast(2).filter { $0 == "\n" }.count == 1)
        }
    }

    @Test("All who watch the same share one look, and nobody looks when nobody watches")
    func sharing() async throws {
        let hub = DashboardHub(source: source, interval: .milliseconds(50))
        try await Task.sleep(for: .milliseconds(200))
        #expect(source.looks == 0)
        let streams = [
            try await hub.events(on: .session(id: "a1-S")), try await hub.events(on: .session(id: "a1-S")),
            try await hub.events(on: .session(id: "a1-S")),
        ]
        // One for the first event of each, and further ones for all three together.
        let tasks = streams.map { stream in
            Task {
                var heard = 0
                for await _ in stream {
                    heard += 1
                    if heard == 5 { break }
                }
                return heard
            }
        }
        for task in tasks { #expect(await task.value == 5) }
        #expect((7...10).contains(source.looks))
        while await !hub.isIdle { try await Task.sleep(for: .milliseconds(1)) }
        let looks = source.looks
        try await Task.sleep(for: .milliseconds(200))
        #expect(source.looks <= looks + 1)
        #expect(await hub.listenerCount == 0)
    }

    @Test("Findings are told what was known at the look before, and nothing at the first")
    func drops() async throws {
        let hub = DashboardHub(source: source, interval: .milliseconds(1))
        var events = try await hub.events(on: .session(id: "a1-S")).makeAsyncIterator()
        let amounts = [text(await events.next()), text(await events.next()), text(await events.next())].map { event in
            event.firstMatch(of: /"what":"([0-9]+) dropped\\nbefore"/).flatMap { UInt64($0.1) } ?? 0
        }
        #expect(amounts == [0, 2, 4])
    }

    @Test("A session that ends is said to, and its listeners are let go")
    func end() async throws {
        let hub = DashboardHub(source: source, interval: .milliseconds(1))
        let events = try await hub.events(on: .session(id: "a1-S"))
        source.replaceSession(with: nil)
        var last = ""
        for await event in events { last = text(event) }
        #expect(last == "event: ended\ndata: {\"message\":\"there is no such session\"}\n\n")
        while await !hub.isIdle { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("What cannot be told for a moment is a comment, and then it goes on")
    func failure() async throws {
        let hub = DashboardHub(source: source, interval: .milliseconds(1))
        var events = try await hub.events(on: .session(id: "a1-S")).makeAsyncIterator()
        source.fail(with: RelayError(.unavailable, "restoring"))
        while text(await events.next()).hasPrefix("event: session") {}
        source.fail(with: nil)
        while text(await events.next()).hasPrefix(": ") {}
        #expect(text(await events.next()).hasPrefix("event: session"))
    }

    @Test("There are as many listeners as there is room for, and a refused one takes no place")
    func room() async throws {
        let hub = DashboardHub(source: source, interval: .seconds(3_600))
        await #expect(throws: RelayError.self) { try await hub.events(on: .session(id: "unknown")) }
        var streams: [AsyncStream<ByteBuffer>] = []
        for page in 0..<DashboardHub.maxListeners {
            streams.append(try await hub.events(on: .overview(page: page + 1)))
        }
        do {
            _ = try await hub.events(on: .overview(page: 1))
            Issue.record("one listener too many")
        } catch let error as RelayError {
            #expect(error.code == .tooMany)
        }
        streams.removeAll()
        while await hub.listenerCount > 0 { try await Task.sleep(for: .milliseconds(1)) }
        _ = try await hub.events(on: .overview(page: 1))
    }

    @Test("A listener that does not read is let go, and holds no more than a few events")
    func slow() async throws {
        let hub = DashboardHub(source: source, interval: .milliseconds(1))
        let events = try await hub.events(on: .session(id: "a1-S"))
        while await hub.listenerCount > 0 { try await Task.sleep(for: .milliseconds(1)) }
        var waiting = 0
        for await _ in events { waiting += 1 }
        #expect(waiting == 8)
        #expect(await hub.isIdle)
    }
}
