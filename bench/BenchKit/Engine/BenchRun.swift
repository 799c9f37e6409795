import Glibc
import Synchronization

/// One run from the creation of its sessions to its report.
package struct BenchRun: Sendable {
    private let plan: RunPlan
    private let provider: any SessionProvider
    private let control: RunControl
    private let observer: any RunObserver

    /// `observer` hears of the run's progress, once a second while it sends.
    package init(
        plan: RunPlan,
        provider: any SessionProvider,
        control: RunControl = RunControl(),
        observer: any RunObserver = SilentObserver()
    ) {
        self.plan = plan
        self.provider = provider
        self.control = control
        self.observer = observer
    }

    /// Makes the run. Throws ``BenchError`` where it could not be made; sessions are deleted either way.
    ///
    /// - Parameter keepsSessions: leaves the sessions at the relay for others to look at.
    package func run(keepsSessions: Bool = false) async throws -> RunReport {
        try plan.validate()
        try DescriptorLimit.raise(toFit: plan.sessions * (plan.clients + 1))
        observer.note(.creating(sessions: plan.sessions))
        let sessions = try await provider.createSessions(count: plan.sessions, users: plan.clients + 1)
        let outcome: Result<RunReport, any Error>
        do {
            // The switch names each protocol's type, so that the compiler specialises the engine for it.
            switch plan.wire {
            case .relay: outcome = .success(try await play(in: sessions, over: RelayProtocol.self))
            }
        } catch {
            outcome = .failure(error)
        }
        if !keepsSessions {
            let failures = await provider.deleteSessions(sessions)
            if failures > 0 { observer.note(.keptSessions(failures)) }
        }
        return try outcome.get()
    }

    private func play<Wire: DatagramProtocol>(
        in sessions: [BenchSession],
        over wire: Wire.Type
    ) async throws -> RunReport {
        let shares = try deal(sessions, over: wire)
        let statuses = shares.map { _ in ShardStatus() }
        let runNumber = UInt32.random(in: 1...UInt32.max)
        return try await withThrowingTaskGroup(of: Tally.self) { group in
            for (share, status) in zip(shares, statuses) {
                group.addTask { [plan, control] in
                    try await WorkerThread.run { () -> Result<Tally, BenchError> in
                        do throws(BenchError) {
                            var shard = try Shard<Wire>.open(
                                plan: plan,
                                assignments: share,
                                runNumber: runNumber,
                                control: control,
                                status: status
                            )
                            return .success(shard.run())
                        } catch {
                            // The others would wait for players that never come.
                            control.abandon()
                            return .failure(error)
                        }
                    }.get()
                }
            }
            let joinError = await waitUntilJoined(statuses)
            if joinError != nil { control.abandon() }
            var began: UInt64 = 0
            if !control.isStopped {
                began = MonotonicClock.now() + 50_000_000
                control.start.store(began, ordering: .releasing)
            }
            let watching = Task { [began] in await watch(statuses, since: began) }
            defer { watching.cancel() }
            var tally = Tally()
            for try await part in group { tally.add(part) }
            if let joinError { throw joinError }
            guard began != 0 else { throw BenchError("Interrupted before the first measured datagram.") }
            return report(tally, threads: shares.count, began: began)
        }
    }

    /// Deals the sessions out to the threads, each with its addresses.
    private func deal<Wire: DatagramProtocol>(
        _ sessions: [BenchSession],
        over wire: Wire.Type
    ) throws(BenchError) -> [[Assignment]] {
        var book = AddressBook(family: plan.family)
        var shares = [[Assignment]](repeating: [], count: plan.threadCount(cores: sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        for (index, session) in sessions.enumerated() {
            let server = try book.addresses(of: session, port: Wire.port(of: .host, in: session))
            let client = try book.addresses(of: session, port: Wire.port(of: .client, in: session))
            shares[index % shares.count].append(
                Assignment(index: index, session: session, server: server, client: client)
            )
        }
        return shares
    }

    /// Waits until every player has joined, the run is stopped, or the time for it has passed.
    private func waitUntilJoined(_ statuses: [ShardStatus]) async -> BenchError? {
        let limit = MonotonicClock.now() + plan.joinLimit.inNanoseconds
        while !control.isStopped {
            let hosts = statuses.reduce(0) { $0 + $1.hostsAccepted.load(ordering: .relaxed) }
            let clients = statuses.reduce(0) { $0 + $1.clientsJoined.load(ordering: .relaxed) }
            if hosts == plan.sessions, clients == plan.sessions * plan.clients { return nil }
            if MonotonicClock.now() > limit {
                let refused = statuses.contains { $0.refused.load(ordering: .relaxed) > 0 }
                return joinError(hosts: hosts, clients: clients, isRefused: refused)
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    private func joinError(hosts: Int, clients: Int, isRefused: Bool) -> BenchError {
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
        return BenchError(
            """
            \(clients) of \(plan.sessions * plan.clients) clients heard from their host within \(waited) s, though all \
            hosts are accepted. Is the relay's client port open from here, and what do its drop counters say?
            """
        )
    }

    private func watch(_ statuses: [ShardStatus], since began: UInt64) async {
        guard began != 0 else { return }
        observer.note(.sending)
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let now = MonotonicClock.now()
            observer.note(
                .progress(
                    seconds: Double(now - min(began, now)) / 1e9,
                    sent: statuses.reduce(0) { $0 + $1.sent.load(ordering: .relaxed) },
                    delivered: statuses.reduce(0) { $0 + $1.delivered.load(ordering: .relaxed) },
                    violations: statuses.reduce(0) { $0 + $1.violations.load(ordering: .relaxed) }
                )
            )
        }
    }

    private func report(_ tally: Tally, threads: Int, began: UInt64) -> RunReport {
        let planned = plan.duration.inSeconds
        let passed = Double(MonotonicClock.now() - began) / 1e9
        let warmup = plan.warmup.inSeconds
        let isInterrupted = control.isInterrupted
        return RunReport(
            plan: plan,
            tally: tally,
            threads: threads,
            isInterrupted: isInterrupted,
            measuredSeconds: isInterrupted ? max(0, min(planned, passed - warmup)) : planned,
            sendingSeconds: isInterrupted ? min(planned + warmup, passed) : planned + warmup
        )
    }
}
