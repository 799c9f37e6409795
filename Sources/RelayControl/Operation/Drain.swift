/// When a drain has done its work: with so many sessions left, or at a deadline, whichever is first.
package struct DrainPlan: Sendable, Equatable {
    /// Sessions that may be left, 0 or more.
    package var until: Int
    /// How long to wait at most; `nil` for as long as it takes.
    package var deadline: Duration?

    package init(until: Int = 0, deadline: Duration? = nil) {
        self.until = until
        self.deadline = deadline
    }
}

/// The rules of draining: new sessions are refused, those that live go on, and the daemon stops at the end.
package struct Drain: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
        /// Nobody asked for a drain.
        case serving
        /// `remaining` until the deadline, where there is one.
        case waiting(sessions: Int, remaining: Duration?)
        case finished(Reason)
    }

    package enum Reason: Sendable, Equatable {
        /// No more sessions are left than the plan allows.
        case fewEnough(sessions: Int)
        /// The time is over, and so many sessions are left.
        case deadline(sessions: Int)
    }

    /// What was asked for last; `nil` while nobody did.
    package private(set) var plan: DrainPlan?
    private var end: ContinuousClock.Instant?

    package init() {}

    package var isOn: Bool { plan != nil }

    /// Starts, or goes on under another plan; the deadline counts from `now`.
    package mutating func begin(_ plan: DrainPlan, now: ContinuousClock.Instant) {
        self.plan = plan
        end = plan.deadline.map { now + $0 }
    }

    /// New sessions are welcome again.
    package mutating func cancel() {
        plan = nil
        end = nil
    }

    /// What to do with so many sessions alive.
    package func verdict(sessions: Int, now: ContinuousClock.Instant) -> Verdict {
        guard let plan else { return .serving }
        if sessions <= plan.until { return .finished(.fewEnough(sessions: sessions)) }
        guard let end else { return .waiting(sessions: sessions, remaining: nil) }
        if now >= end { return .finished(.deadline(sessions: sessions)) }
        return .waiting(sessions: sessions, remaining: now.duration(to: end))
    }
}
