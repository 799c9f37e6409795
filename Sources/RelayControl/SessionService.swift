package import Logging
package import RelayCore

/// The rules of relay sessions: who gets which token and port, what is durable before it is answered, what is cut off
/// before it is durable.
///
/// Additions go to disk, then to the plane; removals go to the plane, then to disk. So what was acknowledged is never
/// lost, and what was acknowledged as cut off never comes back through a crash in between (where the disk refused it, the
/// answer says so). Changes of one session happen one after
/// the other, those of different sessions at the same time, so that they share commits.
package actor SessionService: SessionDirectory {
    let plane: any DataPlane
    let surveyor: SessionSurveyor
    let store: any SessionStore
    let logger: Logger
    let now: @Sendable () -> Double
    let random: any RandomSource
    let renderWebhook: @Sendable (Session) -> [UInt8]
    let renderUsage: @Sendable (EndedSession) -> [UInt8]
    let submitWebhook: @Sendable (PendingWebhook) -> Void
    let startedAt = ContinuousClock.now

    var settings: SessionSettings
    var phase = Phase.starting
    var generation: Int64 = 0
    var entries: [String: Entry] = [:]
    var idsByToken: [UInt32: String] = [:]
    var index = SessionIndex()
    var tokens = TokenAllocator()
    var ports: PortAllocator?
    var nextSequence: Int64 = 1
    var nextWebhookID: Int64 = 1
    /// Live users and sessions per worker.
    var loads: [Int]
    var liveUsers = 0
    var parkedCount = 0
    /// What was cut off, but is not durable yet, by session id.
    var unsettled: [String: Unsettled] = [:]
    var earlyEvents: [PlaneEvent] = []
    var backlog = Backlog<BackgroundJob>(limit: 64)
    private var locks = KeyedLock()
    /// When the log may say again that there are no more descriptors.
    var nextExhaustionLine = -Double.infinity
    var warnedAboutFilters = false
    private var onSessionEnd: @Sendable (String) -> Void = { _ in }

    /// Whether new sessions are refused, and until when.
    private var draining = Drain()

    enum Phase { case starting, restoring, ready }

    /// A session and how far it is.
    struct Entry: Sendable {
        enum Phase: Sendable {
            /// Not answered for yet: nobody can ask for it, but the plane may report on it.
            case creating
            case live
            /// In the store, but without a port to be served on in this configuration.
            case parked
        }

        var session: Session
        var phase: Phase
        /// Tokens revoked since the start of the daemon: they are not drawn again in this session.
        var revokedTokens: Set<UInt32> = []
        /// What users had used who were revoked since.
        var former = FormerUsers()
        /// When users were authorized, by their numbers, in seconds since 1970; those who came a moment ago.
        var arrivals: [Int32: Double] = [:]
    }

    /// - Parameters:
    ///   - renderWebhook: the body of a session's webhook.
    ///   - renderUsage: the body of the webhook that tells what an ended session has used.
    ///   - submitWebhook: takes over a durable webhook, at once.
    ///   - now: seconds since 1970.
    package init(
        plane: any DataPlane,
        store: any SessionStore,
        settings: SessionSettings,
        logger: Logger,
        now: @escaping @Sendable () -> Double,
        random: any RandomSource = SystemRandomSource(),
        renderWebhook: @escaping @Sendable (Session) -> [UInt8],
        renderUsage: @escaping @Sendable (EndedSession) -> [UInt8],
        submitWebhook: @escaping @Sendable (PendingWebhook) -> Void
    ) {
        self.plane = plane
        surveyor = SessionSurveyor(plane)
        self.store = store
        self.settings = settings
        self.logger = logger
        self.now = now
        self.random = random
        self.renderWebhook = renderWebhook
        self.renderUsage = renderUsage
        self.submitWebhook = submitWebhook
        loads = Array(repeating: 0, count: max(1, plane.workerCount))
        ports = settings.dedicatedPairs.map(PortAllocator.init(count:))
    }

    /// Has `handler` told the id of every session that ends from now on; it must not wait.
    package func observeEnds(_ handler: @escaping @Sendable (String) -> Void) { onSessionEnd = handler }

    func reportEnd(of id: String) { onSessionEnd(id) }

    /// Whether every stored session is served again and calls are answered.
    package var isReady: Bool { phase == .ready }

    package var counts: SessionCounts {
        SessionCounts(
            sessions: index.count,
            users: liveUsers,
            reservedTokens: tokens.reservedCount,
            unsettledRemovals: unsettled.count,
            parked: parkedCount
        )
    }

    /// Takes over reloaded settings; what is fixed stays what it was at start. Sessions that exist stay as they
    /// are, even past a lowered limit.
    package func apply(_ settings: SessionSettings) {
        let fixed = self.settings
        self.settings = settings
        self.settings.dedicatedPairs = fixed.dedicatedPairs
        self.settings.hostTimeout = fixed.hostTimeout
        self.settings.userTimeout = fixed.userTimeout
        self.settings.identity = fixed.identity
    }

    package func session(id: String) async throws(RelayError) -> Session {
        try requireReady()
        return try liveSession(id)
    }

    package func list(page: Int, limit: Int) async throws(RelayError) -> SessionPage {
        try requireReady()
        guard page >= 1 else { throw RelayError(.invalid, "page must be 1 or more, not \(page)") }
        guard (1...100).contains(limit) else {
            throw RelayError(.invalid, "limit must be between 1 and 100, not \(limit)")
        }
        let sessions = index.page(page, limit: limit).compactMap { entries[$0]?.session }
        return SessionPage(sessions: sessions, totalCount: index.count, page: page, limit: limit)
    }

    /// Whether new sessions are refused.
    package var isDraining: Bool { draining.isOn }

    /// From now on there are no new sessions; those that live go on, and may get further users.
    package func drain(_ plan: DrainPlan = DrainPlan()) { draining.begin(plan, now: .now) }

    /// Takes new sessions again.
    package func cancelDrain() { draining.cancel() }

    /// How far a drain is, and under which plan.
    package var drainProgress: (verdict: Drain.Verdict, plan: DrainPlan?) {
        (draining.verdict(sessions: index.count, now: .now), draining.plan)
    }

    func requireNoDrain() throws(RelayError) {
        guard isDraining else { return }
        throw RelayError(
            .unavailable,
            "this relay is draining and takes no new sessions: create the session on another relay"
        )
    }

    func requireReady() throws(RelayError) {
        if phase == .ready { return }
        throw RelayError(.unavailable, "still restoring the sessions of the last run: try again in a moment")
    }

    func liveSession(_ id: String) throws(RelayError) -> Session {
        guard let entry = entries[id], entry.phase == .live else { throw Self.noSession }
        return entry.session
    }

    static var noSession: RelayError {
        RelayError(.notFound, "there is no such session: it never existed, was deleted, or ended for lack of traffic")
    }

    // MARK: One change at a time per session

    /// Does the work to its end even when the caller is cancelled: half a change helps nobody.
    nonisolated func uninterrupted<Value: Sendable>(
        _ work: @escaping @Sendable () async throws(RelayError) -> Value
    ) async throws(RelayError) -> Value {
        let task = Task { () async -> Result<Value, RelayError> in
            do throws(RelayError) { return .success(try await work()) } catch { return .failure(error) }
        }
        return try await task.value.get()
    }

    /// Waits for the session's other changes, in order of arrival. Has to be matched by `leave`.
    func enter(_ id: String) async {
        if locks.tryEnter(id) { return }
        await withCheckedContinuation { locks.wait(for: id, $0) }
    }

    func leave(_ id: String) { locks.leave(id) }

    // MARK: Load

    /// Counts a session with its users (or, with `sign` −1, takes it away) on the worker that serves it.
    func count(_ session: Session, sign: Int) {
        count(users: session.users.count * sign, token: session.token)
        loads[plane.worker(forSessionToken: session.token)] += sign
    }

    func count(users: Int, token: UInt32) {
        loads[plane.worker(forSessionToken: token)] += users
        liveUsers += users
    }
}
