import RelayControl
import RelayCore
import Testing

@Suite("The statement at a session's end", .timeLimit(.minutes(10)))
struct UsageWebhookTests {
    private static let url = "https://b.example.net/usage"
    private static let settings = SessionSettings(dedicatedPairs: 4, usageURL: url)

    @Test("It has the figures of before the session was cut off, and goes to disk with the removal")
    func delete() async throws {
        let fixture = try await Fixture.ready(settings: Self.settings)
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        let used = Usage(datagramsFrom: 7, bytesFrom: 700)
        fixture.plane.configure { $0.usages = [session.users[0].token: used, session.users[1].token: used] }
        _ = try await fixture.service.revokeUser(sessionID: session.id, userToken: session.users[1].token)
        fixture.clock.advance(by: 60)
        let webhooks = fixture.webhooks
        fixture.store.setBefore { change throws(SessionStoreError) in
            if case .removeSession(_, _, _, let webhook) = change {
                #expect(webhook?.url == Self.url)
                #expect(webhooks.all.isEmpty, "nobody is told before the removal is durable")
            }
        }
        try await fixture.service.delete(id: session.id)
        let ended = try #require(fixture.statements.all.first)
        #expect(fixture.statements.all.count == 1)
        #expect(ended.session.id == session.id)
        #expect(ended.reason == .deleted)
        #expect(ended.endedAt == session.createdAt + 60)
        #expect(ended.usage.users.map(\.usage) == [used, used])
        #expect(ended.usage.users.map(\.isRevoked) == [false, true])
        #expect(ended.usage.total.bytesFrom == 1_400)
        let webhook = try #require(webhooks.all.first)
        #expect(webhooks.all.count == 1)
        #expect(webhook.sessionID == session.id)
        #expect(webhook.body == Array("{\"ended\":\"\(session.id)\"}".utf8))
        #expect(fixture.store.contents.webhooks == [webhook.id: webhook])
    }

    @Test("Where the disk refuses the removal nobody is told, until it is durable; then once")
    func brokenDisk() async throws {
        let fixture = try await Fixture.ready(settings: Self.settings)
        let session = try await fixture.create("1.1.1.1")
        fixture.store.setBefore { _ throws(SessionStoreError) in throw FakeStore.failure }
        for _ in 0..<2 {
            _ = try await failure { () async throws(RelayError) in try await fixture.service.delete(id: session.id) }
        }
        #expect(fixture.webhooks.all.isEmpty)
        #expect(fixture.store.contents.webhooks.isEmpty)
        fixture.store.setBefore(nil)
        try await fixture.service.delete(id: session.id)
        #expect(fixture.webhooks.all.count == 1)
        #expect(fixture.store.contents.webhooks.count == 1)
        #expect(fixture.statements.all.count == 1)
    }

    @Test("What is owed at a restart is handed over again")
    func restart() async throws {
        let fixture = try await Fixture.ready(settings: Self.settings)
        let session = try await fixture.create("1.1.1.1")
        try await fixture.service.delete(id: session.id)
        let restarted = try await fixture.restarted(settings: Self.settings)
        #expect(restarted.webhooks.all == fixture.webhooks.all)
        // Ids go on after it: another session's webhook does not take its place.
        let next = try await restarted.create("1.1.1.1", webhook: "https://a.example.net/")
        #expect(restarted.webhooks.all.last?.sessionID == next.id)
        #expect(restarted.store.contents.webhooks.count == 2)
    }

    @Test("The reason tells a session that went quiet from one that nobody used", arguments: [true, false])
    func idle(wasUsed: Bool) async throws {
        let fixture = try await Fixture.ready(settings: Self.settings)
        let session = try await fixture.create("1.1.1.1")
        if wasUsed { await fixture.service.handle(.sessionUsed(sessionToken: session.token)) }
        await fixture.service.handle(.sessionIdle(sessionToken: session.token))
        try await eventually { !fixture.webhooks.all.isEmpty }
        #expect(fixture.statements.all.map(\.reason) == [wasUsed ? .idle : .unused])
    }

    @Test("Without a URL there is none, and a reload sets one")
    func reload() async throws {
        let fixture = try await Fixture.ready()
        let (first, second) = (try await fixture.create("1.1.1.1"), try await fixture.create("1.1.1.1"))
        try await fixture.service.delete(id: first.id)
        #expect(fixture.webhooks.all.isEmpty && fixture.statements.all.isEmpty)
        await fixture.service.apply(SessionSettings(usageURL: Self.url))
        try await fixture.service.delete(id: second.id)
        #expect(fixture.webhooks.all.map(\.url) == [Self.url])
    }

    @Test("A session that was never answered for has no statement")
    func failedCreate() async throws {
        let fixture = try await Fixture.ready(settings: Self.settings)
        fixture.plane.configure { $0.addSessionError = .stopped }
        _ = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        #expect(fixture.store.contents.sessions.isEmpty)
        #expect(fixture.webhooks.all.isEmpty && fixture.store.contents.webhooks.isEmpty)
    }
}
