/// What one connection, or after ``add(_:)`` the whole run, has seen.
struct CreationTally: Sendable {
    /// Sessions that were made, also those whose answer was not as asked for; the tokens are empty for such.
    private(set) var sessions: [CreatedSession] = []
    /// Due to answered, in nanoseconds, of each success.
    private(set) var latencies: [UInt64] = []
    private(set) var failed = 0
    /// The first failure's time and text.
    private(set) var firstError: (time: UInt64, text: String)?
    /// The time of the last answer or failure.
    private(set) var last: UInt64 = 0

    /// Counts a session that is as it was asked for.
    mutating func succeed(_ session: CreatedSession, due: UInt64, at time: UInt64) {
        sessions.append(session)
        latencies.append(time - min(due, time))
        last = max(last, time)
    }

    /// Counts a failure; `made` is a session that is there all the same.
    mutating func fail(_ error: BenchError, at time: UInt64, made id: String? = nil) {
        failed += 1
        if firstError == nil { firstError = (time, error.description) }
        if let id { sessions.append(CreatedSession(id: id, tokens: [])) }
        last = max(last, time)
    }

    /// Adds what another connection has seen.
    mutating func add(_ other: CreationTally) {
        sessions += other.sessions
        latencies += other.latencies
        failed += other.failed
        last = max(last, other.last)
        guard let theirs = other.firstError else { return }
        if let mine = firstError, mine.time <= theirs.time { return }
        firstError = theirs
    }

    /// The smallest latency that `share` (0 … 1) of all creates did not pass, in milliseconds; 0 without any.
    static func percentile(_ share: Double, ofSorted latencies: [UInt64]) -> Double {
        guard !latencies.isEmpty else { return 0 }
        let rank = Int((share * Double(latencies.count)).rounded(.up))
        let nanoseconds = latencies[min(max(rank, 1), latencies.count) - 1]
        return (Double(nanoseconds) / 1000).rounded() / 1000
    }
}

/// A session that was made, and what its players would need.
struct CreatedSession: Sendable, Equatable {
    let id: String
    /// The session's own token, then one for each user.
    let tokens: [UInt32]
}
