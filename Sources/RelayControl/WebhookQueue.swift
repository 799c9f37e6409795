internal import RelayNet

/// Which webhook is sent when: the rules without clock, network or disk.
///
/// At most `maxPerHost` are in flight to one host and `maxInFlight` in all, hosts take turns, and those that are addresses
/// have turns of their own, apart from names that have to be looked up: so one dead receiver delays nobody else's webhooks.
package struct WebhookQueue: Sendable {
    package let policy: WebhookRetryPolicy
    /// Of names, and as many of addresses: looked up, waiting to be sent, or being sent.
    package let maxInFlight: Int
    package let maxPerHost: Int
    /// How many webhooks are kept in memory.
    package let capacity: Int

    private var webhooks: [Int64: PendingWebhook] = [:]
    /// Those that wait for their time.
    private var timed = TimedQueue()
    /// Those whose time has come, by host.
    private var hosts: [String: Host] = [:]
    private var names = Lane()
    private var addresses = Lane()

    private struct Lane: Sendable {
        /// Hosts that have something to send and room for it, in turn.
        var turns: [String] = []
        var inFlight = 0
    }

    private struct Host: Sendable {
        var ready: [Int64] = []
        var inFlight = 0
        var hasTurn = false
    }

    /// What follows from a try.
    package enum Outcome: Sendable, Equatable {
        /// Delivered: forget it.
        case delivered
        /// Tried again at `at` (seconds since 1970), after `attempts` failures.
        case retry(attempts: Int, at: Double)
        /// Will never be delivered: forget it.
        case givenUp(reason: String)
        /// Not (or no longer) in the queue.
        case unknown
    }

    package init(
        policy: WebhookRetryPolicy = WebhookRetryPolicy(),
        maxInFlight: Int = 1_024,
        maxPerHost: Int = 4,
        capacity: Int = 20_000
    ) {
        self.policy = policy
        self.maxInFlight = maxInFlight
        self.maxPerHost = maxPerHost
        self.capacity = capacity
    }

    /// How many webhooks are owed.
    package var count: Int { webhooks.count }

    /// When the next waiting webhook is due, seconds since 1970; `nil` where none waits for its time.
    package var nextDue: Double? { timed.first?.due }

    /// Adds a webhook. When the queue is full, the one that failed most often makes room.
    /// - Returns: the webhook that was given up for it.
    package mutating func add(_ webhook: PendingWebhook) -> PendingWebhook? {
        var evicted: PendingWebhook?
        if webhooks.count >= capacity, webhooks[webhook.id] == nil {
            evicted = webhooks.values.max { ($0.attempts, -$0.createdAt) < ($1.attempts, -$1.createdAt) }
            if let evicted { webhooks[evicted.id] = nil }
        }
        webhooks[webhook.id] = webhook
        timed.insert(webhook.id, due: webhook.nextAttemptAt)
        return evicted
    }

    /// Takes the webhooks to send now; each has to be answered with `finish`.
    package mutating func takeDue(now: Double) -> [PendingWebhook] {
        // Nothing is ever put off for longer than the longest pause: what seems to be was, before the clock was set back.
        while let next = timed.first, next.due <= now || next.due > now + policy.longestPause {
            timed.removeFirst()
            guard let webhook = webhooks[next.id] else { continue }
            let host = Self.host(of: webhook)
            hosts[host, default: Host()].ready.append(next.id)
            giveTurn(to: host)
        }
        return takeTurns(\.addresses) + takeTurns(\.names)
    }

    private mutating func takeTurns(_ lane: WritableKeyPath<WebhookQueue, Lane>) -> [PendingWebhook] {
        var due: [PendingWebhook] = []
        while self[keyPath: lane].inFlight < maxInFlight, !self[keyPath: lane].turns.isEmpty {
            let host = self[keyPath: lane].turns.removeFirst()
            hosts[host]?.hasTurn = false
            guard let id = hosts[host]?.ready.first else {
                forgetIfIdle(host)
                continue
            }
            hosts[host]?.ready.removeFirst()
            if let webhook = webhooks[id] {
                hosts[host]?.inFlight += 1
                self[keyPath: lane].inFlight += 1
                due.append(webhook)
            }
            giveTurn(to: host)
            forgetIfIdle(host)
        }
        return due
    }

    /// Notes what became of a webhook that `takeDue` gave out. `jitter` is 0 ..< 1.
    package mutating func finish(
        _ sent: PendingWebhook,
        result: WebhookResult,
        now: Double,
        jitter: Double
    ) -> Outcome {
        let host = Self.host(of: sent)
        hosts[host]?.inFlight -= 1
        self[keyPath: Self.lane(of: host)].inFlight -= 1
        giveTurn(to: host)
        forgetIfIdle(host)
        guard var webhook = webhooks[sent.id] else { return .unknown }
        switch result {
        case .delivered:
            webhooks[sent.id] = nil
            return .delivered
        case .refused(let reason):
            webhooks[sent.id] = nil
            return .givenUp(reason: reason)
        case .failed(let reason):
            guard let next = policy.nextAttempt(for: webhook, failedAt: now, jitter: jitter) else {
                webhooks[sent.id] = nil
                return .givenUp(reason: reason)
            }
            webhook.attempts += 1
            webhook.nextAttemptAt = next
            webhooks[sent.id] = webhook
            timed.insert(sent.id, due: next)
            return .retry(attempts: webhook.attempts, at: next)
        }
    }

    private mutating func giveTurn(to host: String) {
        guard let state = hosts[host], !state.hasTurn, !state.ready.isEmpty, state.inFlight < maxPerHost else { return }
        hosts[host]?.hasTurn = true
        self[keyPath: Self.lane(of: host)].turns.append(host)
    }

    private mutating func forgetIfIdle(_ host: String) {
        guard let state = hosts[host], !state.hasTurn, state.ready.isEmpty, state.inFlight == 0 else { return }
        hosts[host] = nil
    }

    private static func lane(of host: String) -> WritableKeyPath<WebhookQueue, Lane> {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return IPAddress(bare) == nil ? \.names : \.addresses
    }

    static func host(of webhook: PendingWebhook) -> String { WebhookURL(webhook.url)?.host ?? "" }
}

/// Ids by the time at which they are due: a binary heap.
private struct TimedQueue: Sendable {
    private var heap: [(due: Double, id: Int64)] = []

    var first: (due: Double, id: Int64)? { heap.first }

    mutating func insert(_ id: Int64, due: Double) {
        heap.append((due, id))
        var child = heap.count - 1
        while child > 0, Self.precedes(heap[child], heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if Self.precedes(heap[child], heap[least]) { least = child }
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    /// Of two that are due at once, the older goes first.
    private static func precedes(_ one: (due: Double, id: Int64), _ other: (due: Double, id: Int64)) -> Bool {
        (one.due, one.id) < (other.due, other.id)
    }
}
