package import Logging
internal import Synchronization

/// Owns the webhooks that are owed: sends them when they are due, records what became of them, and never lets anybody
/// wait.
///
/// Delivery is at least once: a webhook whose success could not be recorded before a crash is sent again.
package actor WebhookDispatcher {
    private var queue: WebhookQueue
    private let sender: any WebhookSender
    private let store: any SessionStore
    private let logger: Logger
    private let now: @Sendable () -> Double
    private let random: any RandomSource
    private let sleep: @Sendable (Double) async throws -> Void

    private let slots: Slots
    private let inbox = Inbox()
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private var timer: Task<Void, Never>?
    private var onOutcome: @Sendable (PendingWebhook, WebhookState) async -> Void = { _, _ in }
    /// Records that the store refused; written with the next one.
    private var unrecorded: [StoreChange] = []

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - maxSending: how many are sent at a time, those aside whose host is still looked up.
    ///   - sleep: waits for so many seconds, less when cancelled.
    package init(
        sender: any WebhookSender,
        store: any SessionStore,
        logger: Logger,
        now: @escaping @Sendable () -> Double,
        random: any RandomSource = SystemRandomSource(),
        queue: WebhookQueue = WebhookQueue(),
        maxSending: Int = 64,
        sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.queue = queue
        slots = Slots(maxSending)
        self.sender = sender
        self.store = store
        self.logger = logger
        self.now = now
        self.random = random
        self.sleep = sleep
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Hands over a webhook that is durable already; returns at once.
    package nonisolated func submit(_ webhook: PendingWebhook) {
        inbox.append(webhook)
        wake.yield()
    }

    /// How many webhooks are owed.
    package var pendingCount: Int { queue.count + inbox.count }

    /// Sends until the task is cancelled. What is not delivered then stays in the store for the next start.
    /// - Parameter onOutcome: told how far each webhook is, after each try.
    package func run(
        onOutcome: @escaping @Sendable (PendingWebhook, WebhookState) async -> Void = { _, _ in }
    ) async {
        self.onOutcome = onOutcome
        await withDiscardingTaskGroup { group in
            wake.yield()
            for await _ in wakes {
                await takeInbox()
                for webhook in queue.takeDue(now: now()) {
                    group.addTask { await self.finish(webhook, await self.attempt(webhook)) }
                }
                setTimer()
            }
            timer?.cancel()
            group.cancelAll()
        }
    }

    private nonisolated func attempt(_ webhook: PendingWebhook) async -> WebhookResult {
        switch await sender.locate(webhook) {
        case .nowhere(let result):
            return result
        case .address(let address):
            await slots.take()
            defer { slots.give() }
            return await sender.send(webhook, to: address)
        }
    }

    private func takeInbox() async {
        for webhook in inbox.takeAll() {
            guard let evicted = queue.add(webhook) else { continue }
            let reason = "\(queue.capacity) others are pending"
            log(evicted, "webhook given up: \(reason)")
            await onOutcome(evicted, WebhookState(.givenUp, message: reason))
            await record(.removeWebhook(id: evicted.id))
        }
    }

    private func finish(_ webhook: PendingWebhook, _ result: WebhookResult) async {
        // A failure that comes from being stopped says nothing about the receiver.
        if Task.isCancelled, result != .delivered { return }
        switch queue.finish(webhook, result: result, now: now(), jitter: random.unit()) {
        case .delivered:
            await onOutcome(webhook, WebhookState(.delivered))
            await record(.removeWebhook(id: webhook.id))
        case .retry(let attempts, let next):
            if case .failed(let reason) = result {
                log(webhook, "webhook failed, will be tried again: \(reason)")
                await onOutcome(webhook, WebhookState(.pending, message: reason))
            }
            await record(.retryWebhook(id: webhook.id, attempts: attempts, nextAttemptAt: next))
        case .givenUp(let reason):
            let isRefused = if case .refused = result { true } else { false }
            log(webhook, isRefused ? "webhook refused: \(reason)" : "webhook given up: \(reason)")
            await onOutcome(webhook, WebhookState(isRefused ? .refused : .givenUp, message: reason))
            await record(.removeWebhook(id: webhook.id))
        case .unknown:
            break
        }
        wake.yield()
    }

    /// Writes what is due to be written; what the store refuses now is kept for the next time.
    private func record(_ change: StoreChange) async {
        let changes = unrecorded + [change]
        unrecorded = []
        for change in changes {
            do {
                try await store.commit(change)
            } catch {
                // Bounded: a lost record costs one more delivery after the next start, no more.
                if unrecorded.count < queue.capacity { unrecorded.append(change) }
                logger.warning("the outcome of a webhook is not durable yet: \(error.message)")
            }
        }
    }

    private func setTimer() {
        timer?.cancel()
        timer = nil
        guard let due = queue.nextDue else { return }
        let pause = max(0, due - now())
        timer = Task { [sleep, wake] in
            do { try await sleep(pause) } catch { return }
            wake.yield()
        }
    }

    /// The URL's path and query may carry a secret of the receiver, so only the host is named.
    private func log(_ webhook: PendingWebhook, _ message: String) {
        logger.warning(
            "\(message)",
            metadata: [
                "session": "\(webhook.sessionID)", "host": "\(WebhookQueue.host(of: webhook))",
                "attempts": "\(webhook.attempts)",
            ]
        )
    }
}

/// Webhooks on their way into the dispatcher, so that handing one over never waits.
private final class Inbox: Sendable {
    private let webhooks = Mutex<[PendingWebhook]>([])

    var count: Int { webhooks.withLock { $0.count } }

    func append(_ webhook: PendingWebhook) { webhooks.withLock { $0.append(webhook) } }

    func takeAll() -> [PendingWebhook] {
        webhooks.withLock { webhooks in
            defer { webhooks = [] }
            return webhooks
        }
    }
}
