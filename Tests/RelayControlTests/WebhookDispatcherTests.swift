import RelayControl
import RelayNet
import Synchronization
import Testing

/// Answers each try as told, by session, and remembers the tries.
private final class ScriptedSender: WebhookSender {
    private let script: Mutex<[String: [WebhookResult]]>
    private let tries = Mutex<[String]>([])
    private let gate: Checkpoint?

    /// Hosts whose look-up stands still at the gate, instead of their sending.
    private let hangingHosts: [String]

    init(_ script: [String: [WebhookResult]], gate: Checkpoint? = nil, hangingHosts: [String] = []) {
        self.script = Mutex(script)
        self.hangingHosts = hangingHosts
        self.gate = gate
    }

    var sent: [String] { tries.withLock { $0 } }

    func locate(_ webhook: PendingWebhook) async -> WebhookPlace {
        if hangingHosts.contains(where: { webhook.url.contains($0) }) { await gate?.pass() }
        return .address(IPAddress(ipv4: 0x0808_0808))
    }

    func send(_ webhook: PendingWebhook, to address: IPAddress) async -> WebhookResult {
        tries.withLock { $0.append(webhook.sessionID) }
        if hangingHosts.isEmpty { await gate?.pass() }
        return script.withLock { script in
            guard script[webhook.sessionID]?.isEmpty == false else { return .delivered }
            return script[webhook.sessionID]?.removeFirst() ?? .delivered
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct WebhookDispatcherTests {
    private func dispatcher(
        _ sender: ScriptedSender,
        _ store: FakeStore,
        _ log: LogRecorder = LogRecorder()
    ) -> WebhookDispatcher {
        let clock = TestClock()
        return WebhookDispatcher(
            sender: sender,
            store: store,
            logger: log.logger,
            now: { clock.now },
            random: SeededRandom(seed: 5),
            sleep: { clock.advance(by: $0) }
        )
    }

    private func store(_ webhooks: [PendingWebhook]) -> FakeStore {
        var disk = FakeStore.Disk()
        for webhook in webhooks { disk.webhooks[webhook.id] = webhook }
        return FakeStore(disk)
    }

    private func webhooks(_ count: Int64) -> [PendingWebhook] {
        (1...count).map { WebhookQueueTests.webhook($0, at: 1_700_000_000, createdAt: 1_700_000_000) }
    }

    @Test("A failed webhook is tried again until it is delivered, and then forgotten durably")
    func retries() async throws {
        let owed = webhooks(1)
        let store = store(owed)
        let sender = ScriptedSender(["s1": [.failed(reason: "502"), .failed(reason: "503"), .delivered]])
        let dispatcher = dispatcher(sender, store)
        dispatcher.submit(owed[0])
        let run = Task { await dispatcher.run() }
        try await eventually { store.contents.webhooks.isEmpty }
        #expect(sender.sent == ["s1", "s1", "s1"])
        #expect(store.contents.log == ["retryWebhook", "retryWebhook", "removeWebhook"])
        run.cancel()
        await run.value
    }

    @Test("A webhook that can never work is given up at once and named in the log by host, not by URL")
    func refused() async throws {
        let owed = webhooks(1)
        let (store, log) = (store(owed), LogRecorder())
        let sender = ScriptedSender(["s1": [.refused(reason: "private address")]])
        let dispatcher = dispatcher(sender, store, log)
        let run = Task { await dispatcher.run() }
        dispatcher.submit(owed[0])
        try await eventually { store.contents.webhooks.isEmpty }
        run.cancel()
        await run.value
        #expect(sender.sent.count == 1)
        #expect(log.messages.contains { $0.contains("private address") && $0.contains("a.example") })
        #expect(!log.messages.contains { $0.contains("/hook") })
    }

    @Test("Hosts that are being looked up, however many, hold no place of those that are sent")
    func lookUpsApart() async throws {
        let dead = (1...200).map { WebhookQueueTests.webhook($0, host: "dead\($0).example", at: 1_700_000_000) }
        let good = WebhookQueueTests.webhook(300, host: "good.example", at: 1_700_000_000)
        let store = store(dead + [good])
        let gate = Checkpoint()
        let sender = ScriptedSender([:], gate: gate, hangingHosts: ["dead"])
        let dispatcher = dispatcher(sender, store)
        for webhook in dead { dispatcher.submit(webhook) }
        let run = Task { await dispatcher.run() }
        await gate.reached()
        dispatcher.submit(good)
        try await eventually { sender.sent == ["s300"] }
        run.cancel()
        gate.open()
        await run.value
    }

    @Test("Whoever asks is told how far a webhook is after each try")
    func outcomes() async throws {
        let owed = webhooks(2)
        let store = store(owed)
        let sender = ScriptedSender(["s1": [.failed(reason: "502"), .delivered], "s2": [.refused(reason: "private")]])
        let dispatcher = dispatcher(sender, store)
        for webhook in owed { dispatcher.submit(webhook) }
        let told = Mutex<[String: [WebhookState]]>([:])
        let run = Task {
            await dispatcher.run { webhook, state in told.withLock { $0[webhook.sessionID, default: []].append(state) }
            }
        }
        try await eventually { store.contents.webhooks.isEmpty }
        run.cancel()
        await run.value
        #expect(told.withLock { $0["s1"] } == [WebhookState(.pending, message: "502"), WebhookState(.delivered)])
        #expect(told.withLock { $0["s2"] } == [WebhookState(.refused, message: "private")])
    }

    @Test("After a day of failures a webhook is given up")
    func givenUp() async throws {
        let owed = webhooks(1)
        let store = store(owed)
        let sender = ScriptedSender(["s1": Array(repeating: .failed(reason: "down"), count: 10_000)])
        let dispatcher = dispatcher(sender, store)
        dispatcher.submit(owed[0])
        let run = Task { await dispatcher.run() }
        try await eventually { store.contents.webhooks.isEmpty }
        run.cancel()
        await run.value
        #expect((150...300).contains(sender.sent.count))
    }

    @Test("A record that the disk refuses is written with the next one")
    func unrecorded() async throws {
        let owed = webhooks(2)
        let store = store(owed)
        let failures = Mutex(1)
        store.setBefore { _ throws(SessionStoreError) in
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw FakeStore.failure }
        }
        let sender = ScriptedSender([:])
        let dispatcher = dispatcher(sender, store)
        let run = Task { await dispatcher.run() }
        dispatcher.submit(owed[0])
        try await eventually { failures.withLock { $0 } <= 0 }
        dispatcher.submit(owed[1])
        try await eventually { store.contents.webhooks.isEmpty }
        run.cancel()
        await run.value
        #expect(sender.sent.sorted() == ["s1", "s2"])
    }

    @Test("A stop leaves what was not delivered in the store")
    func stop() async throws {
        let owed = webhooks(1)
        let store = store(owed)
        let gate = Checkpoint()
        let sender = ScriptedSender(["s1": [.failed(reason: "cancelled")]], gate: gate)
        let dispatcher = dispatcher(sender, store)
        dispatcher.submit(owed[0])
        let run = Task { await dispatcher.run() }
        await gate.reached()
        run.cancel()
        gate.open()
        await run.value
        #expect(store.contents.webhooks.count == 1)
        #expect(store.contents.log.isEmpty)
    }
}
