import RelayControl
import RelayCore
import RelayPlane
import RelaySystemd
import Synchronization

/// What the service manager is told: one line about the work, and whether there is life.
final class ServiceReport: Sendable {
    private struct Rate {
        var datagrams: UInt64
        var time: ContinuousClock.Instant
        var perSecond: UInt64 = 0
    }

    let notifier: ServiceNotifier
    private let plane: RelayPlane
    private let sessions: SessionService
    private let rate: Mutex<Rate>

    init(notifier: ServiceNotifier, plane: RelayPlane, sessions: SessionService) {
        self.notifier = notifier
        self.plane = plane
        self.sessions = sessions
        rate = Mutex(Rate(datagrams: Self.received(plane), time: .now))
    }

    func ready() async {
        notifier.ready(status: await words())
    }

    /// Sessions, users, and the mean rate since the last time it was measured, a second ago at least.
    func words() async -> String {
        let counts = await sessions.counts
        let datagrams = Self.received(plane)
        let perSecond = rate.withLock { rate in
            let seconds = (ContinuousClock.now - rate.time) / .seconds(1)
            guard seconds >= 1 else { return rate.perSecond }
            let perSecond = UInt64(Double(datagrams &- rate.datagrams) / seconds)
            rate = Rate(datagrams: datagrams, time: .now, perSecond: perSecond)
            return perSecond
        }
        let drain = await sessions.isDraining ? "draining, " : ""
        return "\(drain)\(counts.sessions) sessions, \(counts.users) users, \(perSecond) datagrams/s"
    }

    /// True once every worker has turned its loop and the control plane has answered. It does not return while one hangs.
    func isAlive() async -> Bool {
        guard await plane.turned() else { return false }
        _ = await sessions.counts
        return true
    }

    private static func received(_ plane: RelayPlane) -> UInt64 {
        plane.counters.reduce(0) { $0 &+ $1[.receivedDatagrams] }
    }
}
