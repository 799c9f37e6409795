/// Hears how a run gets on.
package protocol RunObserver: Sendable {
    /// Called from any thread; must not block.
    func note(_ event: RunEvent)
}

/// What a run reports while it goes on.
package enum RunEvent: Sendable, Equatable {
    case creating(sessions: Int)
    /// All players have joined, and the schedule begins.
    case sending
    /// Once a second; counts include the warm-up.
    case progress(seconds: Double, sent: UInt64, delivered: UInt64, violations: UInt64)
    /// So many sessions could not be deleted.
    case keptSessions(Int)
}

/// Hears nothing.
package struct SilentObserver: RunObserver {
    package init() {}

    package func note(_ event: RunEvent) {}
}
