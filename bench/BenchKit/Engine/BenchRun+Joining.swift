import Glibc
import Synchronization

extension BenchRun {
    /// Waits until every player has joined, the run is stopped, or the time for it has passed.
    func waitUntilJoined(_ statuses: [ShardStatus]) async -> BenchError? {
        // Thousands of players take their time: 2 s more for every 8,000 of them.
        let limit = MonotonicClock.now() + plan.joinLimit.inNanoseconds + UInt64(plan.players) * 250_000
        while !control.isStopped {
            if statuses.allSatisfy({ $0.isPrepared.load(ordering: .relaxed) }) { return nil }
            let filterError = statuses.map { $0.filterError.load(ordering: .relaxed) }.max() ?? 0
            if filterError != 0 {
                let call = SystemCallError(call: "setsockopt(SO_ATTACH_FILTER)", code: Int32(filterError))
                return BenchError("--sample needs socket filters, which this system refuses (\(call)). Leave it out.")
            }
            if MonotonicClock.now() > limit { return joinError(statuses) }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    private func joinError(_ statuses: [ShardStatus]) -> BenchError {
        let hosts = statuses.reduce(0) { $0 + $1.hostsAccepted.load(ordering: .relaxed) }
        let clients = statuses.reduce(0) { $0 + $1.clientsJoined.load(ordering: .relaxed) }
        let isRefused = statuses.contains { $0.refused.load(ordering: .relaxed) > 0 }
        let waited = RunReport.short(plan.joinLimit.inSeconds)
        if hosts < plan.sessions {
            let advice =
                isRefused
                ? "The machine answers that nothing listens on the relay's UDP port."
                : "Is its UDP port open from here? `causeway-bench probe --relay HOST:PORT` tells."
            return BenchError(
                "The relay accepted \(hosts) of \(plan.sessions) hosts within \(waited) s (PING answered with Valid). \(advice)"
            )
        }
        let heard = "\(clients) of \(plan.sessions * plan.clients) clients heard from their host within \(waited) s"
        let closed = isRefused ? " The machine answers that nothing listens on one of the ports." : ""
        switch plan.wire {
        case .relay:
            return BenchError(
                """
                \(heard), though all hosts are accepted. Is the relay's client port open from here, and what do its \
                drop counters say?\(closed)
                """
            )
        case .turn:
            let code = statuses.map { $0.setupError.load(ordering: .relaxed) }.max() ?? 0
            let refusal =
                code == 0
                ? closed
                : " The server refused an allocation or a channel with error \(code); it must take clients without "
                    + "credentials and peers on the loopback interface."
            return BenchError("\(heard) through the TURN server.\(refusal)")
        case .plain:
            return BenchError(
                "\(heard). Does the forwarder lead the client ports to the host ports, session by session?\(closed)"
            )
        }
    }
}
