import RelayAdmin
import RelayControl
import RelayCore
import Synchronization

@testable import RelayHTTP

/// Figures that a test makes up, and a count of how often somebody looks.
final class FakeDashboard: DashboardSource {
    private let state = Mutex(
        (looks: 0, drops: UInt64(0), padding: 0, session: Optional("a1-S"), failure: RelayError?.none)
    )

    var looks: Int { state.withLock { $0.looks } }

    /// The session that there is.
    func replaceSession(with id: String?) { state.withLock { $0.session = id } }

    /// Makes a session's events longer by so many bytes.
    func pad(by count: Int) { state.withLock { $0.padding = count } }

    func fail(with error: RelayError?) { state.withLock { $0.failure = error } }

    func overview(_ show: SessionSelection, page: Int) async throws -> OverviewBody {
        let looks = try look()
        var traffic = TrafficBody()
        traffic.receivedDatagrams = UInt64(looks)
        let status = StatusBody(
            version: "1",
            processId: 1,
            uptime: 1,
            clock: 1,
            phase: "serving",
            drain: nil,
            sessions: 1,
            users: 1,
            parkedSessions: 0,
            pendingRemovals: 0,
            workers: 1,
            logLevel: "info",
            traffic: traffic,
            drops: []
        )
        return OverviewBody(now: 1, status: status, show: show.rawValue, page: page, limit: 100)
    }

    func history() async -> HistoryBody {
        var sample = TrafficSample(clock: 0.5)
        sample.drops = [.noHost: 3]
        return HistoryBody([TrafficSample(clock: 0.25), sample])
    }

    /// Two more drops at each look.
    func session(id: String, since earlier: RelayGlance?) async throws -> (body: SessionWatchBody, glance: RelayGlance)
    {
        _ = try look()
        guard state.withLock({ $0.session }) == id else { throw RelayError(.notFound, "there is no such session") }
        let session = SessionBody(
            id: id,
            state: "live",
            age: 1,
            serverPort: 1,
            clientPort: 2,
            isUsed: true,
            silence: nil,
            host: nil,
            hostEndpoint: nil,
            hostSilence: nil,
            userCount: 0,
            boundUsers: 0
        )
        let finding = FindingBody(
            code: "fake",
            weight: "note",
            about: "relay",
            user: nil,
            what: "\(earlier?.drops[.oversize] ?? 0) dropped\nbefore",
            advice: String(repeating: "x", count: state.withLock { $0.padding })
        )
        let body = SessionWatchBody(
            now: 1,
            clock: 1,
            version: "1",
            phase: "serving",
            session: session,
            users: [],
            revoked: [],
            findings: [finding]
        )
        let drops = state.withLock {
            $0.drops += 2
            return $0.drops
        }
        return (body, RelayGlance(drops: [.oversize: drops]))
    }

    private func look() throws -> Int {
        try state.withLock {
            if let failure = $0.failure { throw failure }
            $0.looks += 1
            return $0.looks
        }
    }
}
