/// How the daemon is: the answer to `GET /control/status`.
package struct StatusBody: Codable, Sendable, Equatable {
    package var version: String
    package var processId: Int
    /// Seconds since the daemon started.
    package var uptime: Double
    /// Seconds of a clock that never jumps: two answers' difference gives rates.
    package var clock: Double
    /// `restoring`, `serving` or `draining`.
    package var phase: String
    package var drain: DrainBody?
    package var sessions: Int
    package var users: Int
    /// Stored sessions without a port to be served on.
    package var parkedSessions: Int
    /// Sessions with removals that are in force, but not durable yet.
    package var pendingRemovals: Int
    package var workers: Int
    package var logLevel: String
    package var traffic: TrafficBody
    /// Those reasons that ever occurred, the most frequent first.
    package var drops: [DropBody]

    package init(
        version: String,
        processId: Int,
        uptime: Double,
        clock: Double,
        phase: String,
        drain: DrainBody?,
        sessions: Int,
        users: Int,
        parkedSessions: Int,
        pendingRemovals: Int,
        workers: Int,
        logLevel: String,
        traffic: TrafficBody,
        drops: [DropBody]
    ) {
        self.version = version
        self.processId = processId
        self.uptime = uptime
        self.clock = clock
        self.phase = phase
        self.drain = drain
        self.sessions = sessions
        self.users = users
        self.parkedSessions = parkedSessions
        self.pendingRemovals = pendingRemovals
        self.workers = workers
        self.logLevel = logLevel
        self.traffic = traffic
        self.drops = drops
    }
}

/// What all workers together have received and sent since the daemon started. Bytes are UDP payload.
package struct TrafficBody: Codable, Sendable, Equatable {
    package var receivedDatagrams: UInt64 = 0
    package var receivedBytes: UInt64 = 0
    package var toHostDatagrams: UInt64 = 0
    package var toHostBytes: UInt64 = 0
    package var toClientDatagrams: UInt64 = 0
    package var toClientBytes: UInt64 = 0
    package var answeredPings: UInt64 = 0
    package var invalidReplies: UInt64 = 0
    package var receiveBatches: UInt64 = 0
    package var sendBatches: UInt64 = 0
    /// Lost in full receive queues, before the relay saw them.
    package var queueOverflows: UInt64 = 0
    /// Dropped by the kernel's filter, since they could be no game's; some are let through and counted as drops.
    package var filteredDatagrams: UInt64 = 0
    /// Waiting now for a host or a confirmation.
    package var heldDatagrams: UInt64 = 0

    package init() {}

    /// Everything that left.
    package var sentDatagrams: UInt64 { toHostDatagrams + toClientDatagrams + answeredPings + invalidReplies }
    /// What was forwarded.
    package var sentBytes: UInt64 { toHostBytes + toClientBytes }
}

/// Datagrams dropped for one reason.
package struct DropBody: Codable, Sendable, Equatable {
    /// As in the metrics: `unknown_session`.
    package var reason: String
    /// Since the daemon started.
    package var count: UInt64
    package var meaning: String
    package var advice: String

    package init(reason: String, count: UInt64, meaning: String, advice: String) {
        self.reason = reason
        self.count = count
        self.meaning = meaning
        self.advice = advice
    }
}

/// How far a drain is.
package struct DrainBody: Codable, Sendable, Equatable {
    /// The daemon stops with so many sessions left.
    package var until: Int
    /// Sessions alive now.
    package var sessions: Int
    /// Seconds until it stops whatever is left; `nil` for as long as it takes.
    package var remaining: Double?
    /// Whether the daemon stops now.
    package var isFinished: Bool

    package init(until: Int, sessions: Int, remaining: Double?, isFinished: Bool = false) {
        self.isFinished = isFinished
        self.until = until
        self.sessions = sessions
        self.remaining = remaining
    }
}
