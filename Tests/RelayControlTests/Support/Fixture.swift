import RelayControl
import RelayCore
import Synchronization
import Testing

/// A session service on fakes.
struct Fixture {
    let store: FakeStore
    let plane: FakePlane
    let clock = TestClock()
    let log = LogRecorder()
    let webhooks = WebhookBox()
    /// Sessions whose usage was to be told.
    let statements = StatementBox()
    let service: SessionService

    init(
        store: FakeStore = FakeStore(),
        plane: FakePlane = FakePlane(),
        settings: SessionSettings = SessionSettings(),
        random: any RandomSource = SeededRandom(seed: 1),
        refuseWebhook: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.store = store
        self.plane = plane
        service = SessionService(
            plane: plane,
            store: store,
            settings: settings,
            logger: log.logger,
            now: { [clock] in clock.now },
            random: random,
            renderWebhook: { Array("{\"session_id\":\"\($0.id)\"}".utf8) },
            renderUsage: { [statements] ended in
                statements.append(ended)
                return Array("{\"ended\":\"\(ended.session.id)\"}".utf8)
            },
            submitWebhook: { [webhooks] in webhooks.append($0) },
            refuseWebhook: refuseWebhook
        )
    }

    /// A service that is ready to be called.
    static func ready(
        store: FakeStore = FakeStore(),
        plane: FakePlane = FakePlane(),
        settings: SessionSettings = SessionSettings(),
        random: any RandomSource = SeededRandom(seed: 1)
    ) async throws -> Fixture {
        let fixture = Fixture(store: store, plane: plane, settings: settings, random: random)
        try await fixture.service.restore()
        return fixture
    }

    /// The daemon after a restart: a new plane and a new service on what the disk holds.
    func restarted(
        plane: FakePlane = FakePlane(),
        settings: SessionSettings = SessionSettings()
    ) async throws -> Fixture {
        try await Fixture.ready(
            store: FakeStore(store.contents),
            plane: plane,
            settings: settings,
            random: SeededRandom(seed: 99)
        )
    }

    @discardableResult
    func create(_ addresses: String..., webhook: String? = nil) async throws(RelayError) -> Session {
        try await service.create(SessionRequest(addresses: addresses, webhookURL: webhook))
    }
}

/// Takes what the service hands to the webhook dispatcher.
final class WebhookBox: Sendable {
    private let webhooks = Mutex<[PendingWebhook]>([])

    var all: [PendingWebhook] { webhooks.withLock { $0 } }

    func append(_ webhook: PendingWebhook) { webhooks.withLock { $0.append(webhook) } }
}

/// Takes the statements of ended sessions.
final class StatementBox: Sendable {
    private let statements = Mutex<[EndedSession]>([])

    var all: [EndedSession] { statements.withLock { $0 } }

    func append(_ ended: EndedSession) { statements.withLock { $0.append(ended) } }
}

/// Runs a call that has to fail and gives its error back.
func failure<Value>(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ call: () async throws(RelayError) -> Value
) async throws -> RelayError {
    do throws(RelayError) {
        _ = try await call()
    } catch {
        return error
    }
    Issue.record("the call should have failed", sourceLocation: sourceLocation)
    throw CancellationError()
}

/// Waits for work that nobody answers for; the test's own time limit ends it.
func eventually(_ condition: () async -> Bool) async throws {
    while !(await condition()) {
        try await Task.sleep(for: .milliseconds(1))
    }
}
