import Testing

@testable import RelayControl

@Suite struct WebhookQueueTests {
    static func webhook(
        _ id: Int64,
        host: String = "a.example",
        at time: Double = 0,
        createdAt: Double = 0,
        attempts: Int = 0
    ) -> PendingWebhook {
        PendingWebhook(
            id: id,
            sessionID: "s\(id)",
            url: "https://\(host)/hook",
            body: [],
            createdAt: createdAt,
            attempts: attempts,
            nextAttemptAt: time
        )
    }

    @Test(
        "Pauses double from a second to ten minutes",
        arguments: [(1, 1), (2, 2), (3, 4), (7, 64), (10, 512), (11, 600), (1000, 600)] as [(Int, Double)]
    )
    func pauses(attempts: Int, expected: Double) {
        let policy = WebhookRetryPolicy()
        #expect(policy.pause(afterAttempts: attempts, jitter: 0) == expected)
        #expect(policy.pause(afterAttempts: attempts, jitter: 0.999) > expected * 0.75)
    }

    @Test("Delivery is given up after a day")
    func lifetime() {
        let policy = WebhookRetryPolicy()
        let webhook = Self.webhook(1, createdAt: 1000, attempts: 20)
        #expect(policy.nextAttempt(for: webhook, failedAt: 1000 + 85_799, jitter: 0) == 87_399.0)
        #expect(policy.nextAttempt(for: webhook, failedAt: 1000 + 85_800, jitter: 0) == nil)
    }

    @Test("A webhook is sent when its time has come, not before, and once")
    func dueTime() {
        var queue = WebhookQueue()
        _ = queue.add(Self.webhook(1, at: 100))
        #expect(queue.nextDue == 100)
        #expect(queue.takeDue(now: 99).isEmpty)
        #expect(queue.takeDue(now: 100).map(\.id) == [1])
        #expect(queue.takeDue(now: 1000).isEmpty)
    }

    @Test("A clock that is set back puts nothing off by as much")
    func clockSetBack() {
        var queue = WebhookQueue()
        _ = queue.add(Self.webhook(1, at: 100_000))
        #expect(queue.takeDue(now: 100_000 - 600).isEmpty, "as long as the longest pause")
        #expect(queue.takeDue(now: 100_000 - 3_600).map(\.id) == [1])
    }

    @Test("Four go to one host at a time, and another host does not wait for it")
    func perHost() {
        var queue = WebhookQueue()
        for id in 1...10 { _ = queue.add(Self.webhook(Int64(id), host: "slow.example")) }
        _ = queue.add(Self.webhook(11, host: "fast.example"))
        let first = queue.takeDue(now: 0)
        #expect(first.map(\.id).sorted() == [1, 2, 3, 4, 11])
        _ = queue.finish(first[0], result: .delivered, now: 0, jitter: 0)
        #expect(queue.takeDue(now: 0).count == 1)
    }

    @Test("At most 64 are in flight in all")
    func inAll() {
        var queue = WebhookQueue(maxInFlight: 64)
        for id in 0..<400 { _ = queue.add(Self.webhook(Int64(id), host: "h\(id % 100).example")) }
        let first = queue.takeDue(now: 0)
        #expect(first.count == 64)
        #expect(Set(first.map { WebhookQueue.host(of: $0) }).count == 64)
        for webhook in first.prefix(10) { _ = queue.finish(webhook, result: .delivered, now: 0, jitter: 0) }
        #expect(queue.takeDue(now: 0).count == 10)
        #expect(queue.count == 390)
    }

    @Test("However many names are in flight, an address has its turn")
    func addressesApart() {
        var queue = WebhookQueue(maxInFlight: 8)
        for id in 0..<100 { _ = queue.add(Self.webhook(Int64(id), host: "h\(id).example")) }
        #expect(queue.takeDue(now: 0).count == 8)
        _ = queue.add(Self.webhook(200, host: "192.0.2.7"))
        _ = queue.add(Self.webhook(201, host: "[2001:db8::1]"))
        #expect(queue.takeDue(now: 0).map(\.id) == [200, 201])
    }

    @Test("What became of a try decides what follows")
    func outcomes() {
        var queue = WebhookQueue()
        for id: Int64 in 1...4 { _ = queue.add(Self.webhook(id, createdAt: id == 4 ? -90_000 : 0)) }
        let sent = queue.takeDue(now: 0)
        #expect(queue.finish(sent[0], result: .delivered, now: 0, jitter: 0) == .delivered)
        #expect(queue.finish(sent[1], result: .failed(reason: "x"), now: 0, jitter: 0) == .retry(attempts: 1, at: 1))
        #expect(queue.finish(sent[2], result: .refused(reason: "no"), now: 0, jitter: 0) == .givenUp(reason: "no"))
        #expect(queue.finish(sent[3], result: .failed(reason: "late"), now: 0, jitter: 0) == .givenUp(reason: "late"))
        #expect(queue.count == 1)
        #expect(queue.takeDue(now: 0.5).isEmpty)
        let again = queue.takeDue(now: 1)
        #expect(again.map(\.attempts) == [1])
        #expect(queue.finish(again[0], result: .failed(reason: "x"), now: 1, jitter: 0) == .retry(attempts: 2, at: 3))
    }

    @Test("A full queue gives up the one that failed most often")
    func overflow() {
        var queue = WebhookQueue(capacity: 3)
        for (id, attempts) in [(1, 2), (2, 9), (3, 0)] {
            #expect(queue.add(Self.webhook(Int64(id), at: 50, attempts: attempts)) == nil)
        }
        #expect(queue.add(Self.webhook(4))?.id == 2)
        #expect(queue.takeDue(now: 100).map(\.id).sorted() == [1, 3, 4])
    }

    @Test("Whatever happens, limits hold and nothing is sent twice or lost", arguments: 1...20)
    func randomUse(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var queue = WebhookQueue(maxInFlight: 6, maxPerHost: 2)
        var inFlight: [Int64: PendingWebhook] = [:]
        var owed: Set<Int64> = []
        var now = 0.0
        var nextID: Int64 = 1
        func settle(_ webhook: PendingWebhook, _ result: WebhookResult) {
            inFlight[webhook.id] = nil
            switch queue.finish(webhook, result: result, now: now, jitter: random.unit()) {
            case .delivered, .givenUp: #expect(owed.remove(webhook.id) != nil)
            case .retry(_, let time): #expect(time > now)
            case .unknown: Issue.record("the queue forgot \(webhook.id)")
            }
        }
        func take() {
            for webhook in queue.takeDue(now: now) {
                #expect(owed.contains(webhook.id) && webhook.nextAttemptAt <= now)
                #expect(inFlight.updateValue(webhook, forKey: webhook.id) == nil)
            }
            #expect(inFlight.count <= 6)
            let perHost = Dictionary(grouping: inFlight.values, by: \.url).values.map(\.count)
            #expect(perHost.allSatisfy { $0 <= 2 })
        }
        for _ in 0..<400 {
            switch random.below(3) {
            case 0:
                _ = queue.add(Self.webhook(nextID, host: "h\(random.below(5))", at: now, createdAt: now))
                owed.insert(nextID)
                nextID += 1
            case 1:
                now += Double(random.below(100)) / 10
                take()
            default:
                guard let webhook = inFlight.values.min(by: { $0.id < $1.id }) else { continue }
                settle(webhook, [.delivered, .failed(reason: "x"), .refused(reason: "y")][random.below(3)])
            }
            #expect(queue.count == owed.count)
        }
        for _ in 0..<10_000 where !owed.isEmpty {
            now = max(now, queue.nextDue ?? now)
            take()
            for webhook in inFlight.values.sorted(by: { $0.id < $1.id }) { settle(webhook, .delivered) }
        }
        #expect(owed.isEmpty)
    }

    @Test(
        "Only absolute http and https URLs with a host are webhook targets",
        arguments: [
            ("https://my-webhook.com/dump", "my-webhook.com"), ("http://10.0.0.1:8080/x?y=z", "10.0.0.1"),
            ("HTTPS://Example.COM", "example.com"), ("http://[::1]:9/", "[::1]"), ("ftp://example.com/", nil),
            ("example.com/hook", nil), ("http://", nil), ("https:///path", nil), ("http://exa mple.com/", nil),
            ("http://example.com/\n", nil), ("http://example.com:99999/", nil), ("javascript:alert(1)", nil),
            ("https://" + String(repeating: "a", count: 2050), nil),
        ] as [(String, String?)]
    )
    func urls(text: String, host: String?) {
        #expect(WebhookURL(text)?.host == host)
    }
}
