internal import Glibc
internal import RelayAdmin
package import RelayControl
package import RelayCore

/// What was known at a look: what grew until the next one happens now.
package struct RelayGlance: Sendable {
    /// Drops of the whole relay since the start, by reason.
    package var drops: [DropReason: UInt64]
    /// Of the session that was looked at; `nil` where no worker served it.
    package var report: SessionReport?

    package init(drops: [DropReason: UInt64], report: SessionReport? = nil) {
        self.drops = drops
        self.report = report
    }
}

/// What those who run the relay look at. It can change nothing.
package struct RelayView: Sendable {
    package var sessions: SessionService
    /// One page a worker.
    package var pages: [CounterPage]
    /// What the kernel has dropped before any worker saw it.
    package var kernelLosses: @Sendable () -> (overflows: UInt64, filtered: UInt64)
    package var version: String
    /// `sessions.host_timeout` and `sessions.user_timeout`, milliseconds.
    package var hostTimeout: UInt32
    package var userTimeout: UInt32
    /// What clients are told to connect to.
    package var identity: RelayIdentity
    /// Seconds since 1970.
    package var now: @Sendable () -> Double
    package var logLevel: @Sendable () -> String
    let startedAt = ContinuousClock.now

    package init(
        sessions: SessionService,
        pages: [CounterPage],
        kernelLosses: @escaping @Sendable () -> (overflows: UInt64, filtered: UInt64),
        version: String,
        hostTimeout: UInt32,
        userTimeout: UInt32,
        identity: RelayIdentity,
        now: @escaping @Sendable () -> Double,
        logLevel: @escaping @Sendable () -> String
    ) {
        self.sessions = sessions
        self.pages = pages
        self.kernelLosses = kernelLosses
        self.version = version
        self.hostTimeout = hostTimeout
        self.userTimeout = userTimeout
        self.identity = identity
        self.now = now
        self.logLevel = logLevel
    }

    /// Seconds since the daemon started, of a clock that never jumps.
    var clock: Double { startedAt.duration(to: .now) / .seconds(1) }

    /// The drops of all workers since the start, by reason.
    var drops: [DropReason: UInt64] {
        var drops: [DropReason: UInt64] = [:]
        for reason in DropReason.allCases { drops[reason] = pages.reduce(0) { $0 + $1[reason] } }
        return drops
    }

    /// Why the kernel last refused to send something.
    private var lastSendFailure: SendFailure? { pages.compactMap(\.lastSendFailure).last }

    var traffic: TrafficBody {
        func sum(_ counter: Counter) -> UInt64 { pages.reduce(0) { $0 + $1[counter] } }
        var traffic = TrafficBody()
        traffic.receivedDatagrams = sum(.receivedDatagrams)
        traffic.receivedBytes = sum(.receivedBytes)
        traffic.toHostDatagrams = sum(.toHostDatagrams)
        traffic.toHostBytes = sum(.toHostBytes)
        traffic.toClientDatagrams = sum(.toClientDatagrams)
        traffic.toClientBytes = sum(.toClientBytes)
        traffic.answeredPings = sum(.answeredPings)
        traffic.invalidReplies = sum(.invalidReplies)
        traffic.receiveBatches = sum(.receiveBatches)
        traffic.sendBatches = sum(.sendBatches)
        (traffic.queueOverflows, traffic.filteredDatagrams) = kernelLosses()
        traffic.heldDatagrams = sum(.heldNow)
        return traffic
    }

    /// `restoring`, `serving` or `draining`.
    func phase() async -> String {
        if DrainBody(await sessions.drainProgress) != nil { return "draining" }
        return await sessions.isReady ? "serving" : "restoring"
    }

    func status() async -> StatusBody {
        let counts = await sessions.counts
        let drain = DrainBody(await sessions.drainProgress)
        let phase = await phase()
        let uptime = clock
        return StatusBody(
            version: version,
            processId: Int(getpid()),
            uptime: uptime,
            clock: uptime,
            phase: phase,
            drain: drain,
            sessions: counts.sessions,
            users: counts.users,
            parkedSessions: counts.parked,
            pendingRemovals: counts.unsettledRemovals,
            workers: pages.count,
            logLevel: logLevel(),
            traffic: traffic,
            drops: drops.filter { $0.value > 0 }
                .sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
                .map {
                    let failure = $0 == .sendError ? lastSendFailure : nil
                    return DropBody(
                        reason: $0.label,
                        count: $1,
                        meaning: $0.meaning(failure),
                        advice: $0.advice(failure)
                    )
                }
        )
    }

    private func drops(since before: [DropReason: UInt64]) -> [DropSample] {
        drops.map { reason, total in
            DropSample(
                reason,
                total: total,
                recent: total - min(total, before[reason] ?? 0),
                failure: reason == .sendError ? lastSendFailure : nil
            )
        }
        .sorted { $0.reason.rawValue < $1.reason.rawValue }
    }

    /// What a diagnosis looks at.
    /// - Parameter earlier: what was known a second ago; `nil` where this is the first look.
    func symptoms(
        of inspected: InspectedSession,
        since earlier: RelayGlance?,
        isDraining: Bool
    ) -> Symptoms {
        Symptoms(
            inspected: inspected,
            earlier: earlier?.report,
            // Only what came since is told, so that a first look, of which the overview has a hundred, adds up nothing.
            drops: earlier.map { drops(since: $0.drops) } ?? [],
            hostTimeout: hostTimeout,
            userTimeout: userTimeout,
            isDraining: isDraining,
            now: now(),
            uptime: clock,
            identity: identity
        )
    }

    /// For the last hour.
    package func sample() async -> TrafficSample {
        let counts = await sessions.counts
        let traffic = traffic
        var sample = TrafficSample(clock: clock)
        sample.receivedDatagrams = traffic.receivedDatagrams
        sample.receivedBytes = traffic.receivedBytes
        sample.sentDatagrams = traffic.sentDatagrams
        sample.sentBytes = traffic.sentBytes
        sample.queueOverflows = traffic.queueOverflows
        sample.drops = drops.filter { $0.value > 0 }
        sample.sessions = counts.sessions
        sample.users = counts.users
        // A bounded number of them, however many there are; those in which somebody plays.
        if let played = try? await sessions.inspect(.live, page: 1, limit: LiveDashboard.sessionsAPage) {
            let links = LinksBody(played.sessions)
            sample.jitterMedian = links.jitterMedian
            sample.jitterHigh = links.jitterHigh
            sample.missed = links.missedShare
        }
        return sample
    }
}
