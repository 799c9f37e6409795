import RelayControl
import Testing

@Suite(.timeLimit(.minutes(10))) struct WebhookStateTests {
    private func fixture(store: FakeStore = FakeStore()) async throws -> Fixture {
        let fixture = Fixture(store: store) { $0.contains("10.0.0.1") ? "the host is private" : nil }
        try await fixture.service.restore()
        return fixture
    }

    @Test("A session whose webhook can never arrive is created, and says so at once")
    func refused() async throws {
        let fixture = try await fixture()
        let session = try await fixture.create("1.1.1.1", webhook: "http://10.0.0.1/hook")
        #expect(session.webhook == WebhookState(.refused, message: "the host is private"))
        #expect(session.webhookURL == "http://10.0.0.1/hook")
        #expect(try await fixture.create("1.1.1.1", webhook: "http://example.com/").webhook == WebhookState(.pending))
        #expect(try await fixture.create("1.1.1.1").webhook == nil)
    }

    @Test("What becomes of a webhook is known of its session, and of no other, and of none that ended")
    func noted() async throws {
        let fixture = try await fixture()
        let session = try await fixture.create("1.1.1.1", webhook: "http://example.com/")
        let other = try await fixture.create("1.1.1.1", webhook: "http://example.com/")
        let webhook = try #require(fixture.webhooks.all.first { $0.sessionID == session.id })
        let state = WebhookState(.refused, message: "the host has the address 10.0.0.7, which is private")
        await fixture.service.note(webhook, state)
        #expect(try await fixture.service.session(id: session.id).webhook == state)
        #expect(try await fixture.service.health(id: session.id).inspected.session.webhook == state)
        #expect(try await fixture.service.session(id: other.id).webhook == WebhookState(.pending))
        try await fixture.service.delete(id: session.id)
        await fixture.service.note(webhook, state)
    }

    @Test("After a restart a webhook that is owed is pending, a refused one is refused, and of others nothing is known")
    func restart() async throws {
        let before = try await fixture()
        let owed = try await before.create("1.1.1.1", webhook: "http://example.com/")
        let done = try await before.create("1.1.1.1", webhook: "http://example.com/")
        let refused = try await before.create("1.1.1.1", webhook: "http://10.0.0.1/")
        for webhook in before.webhooks.all where webhook.sessionID != owed.id {
            try await before.store.commit(.removeWebhook(id: webhook.id))
        }
        let after = try await fixture(store: FakeStore(before.store.contents))
        #expect(try await after.service.session(id: owed.id).webhook == WebhookState(.pending))
        #expect(try await after.service.session(id: done.id).webhook == nil)
        #expect(try await after.service.session(id: refused.id).webhook?.progress == .refused)
    }
}
