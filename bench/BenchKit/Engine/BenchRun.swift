import Glibc
import Synchronization

/// One run from the creation of its sessions to its report.
package struct BenchRun: Sendable {
    let plan: RunPlan
    let control: RunControl
    let observer: any RunObserver
    private let provider: any SessionProvider

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
        let fitting = DescriptorLimit.raise(toFit: plan.players)
        let threads = try ThreadPlan(plan, cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), fittingSockets: fitting)
        observer.note(.creating(sessions: plan.sessions))
        let sessions = try await provider.createSessions(count: plan.sessions, users: plan.clients + 1)
        let outcome: Result<RunReport, any Error>
        do {
            // The switch names each protocol's type, so that the compiler specialises the engine for it.
            switch plan.wire {
            case .relay: outcome = .success(try await play(in: sessions, over: RelayProtocol.self, threads))
            case .turn: outcome = .success(try await play(in: sessions, over: TurnProtocol.self, threads))
            case .plain: outcome = .success(try await play(in: sessions, over: PlainProtocol.self, threads))
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
        over wire: Wire.Type,
        _ threads: ThreadPlan
    ) async throws -> RunReport {
        let shares = try deal(sessions, over: wire, to: threads.count)
        let statuses = shares.map { _ in ShardStatus() }
        let runNumber = UInt32.random(in: 1...UInt32.max)
        return try await withThrowingTaskGroup(of: Tally.self) { group in
            for (number, (share, status)) in zip(shares, statuses).enumerated() {
                group.addTask { [plan, control] in
                    try await WorkerThread.run { () -> Result<Tally, BenchError> in
                        do throws(BenchError) {
                            // Also where it is not needed: a table that no other thread shares is cheaper to look up
                            // in, and that is done for every datagram.
                            if !DescriptorTable.makeOwn(), threads.needOwnTables {
                                throw DescriptorLimit.error(needed: plan.players, fitting: threads.fittingSockets)
                            }
                            var shard = try Shard<Wire>.open(
                                plan: plan,
                                assignments: share,
                                runNumber: runNumber,
                                control: control,
                                status: status,
                                watchedProcess: number == 0 ? plan.watchedProcess : nil,
                                turnInterval: threads.turnInterval
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
                // Time for every thread to see it and to note its sockets' counters.
                began = MonotonicClock.now() + 50_000_000 + UInt64(plan.players) * 5000
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
        over wire: Wire.Type,
        to threads: Int
    ) throws(BenchError) -> [[Assignment]] {
        var book = AddressBook(family: plan.family)
        var shares = [[Assignment]](repeating: [], count: threads)
        for (index, session) in sessions.enumerated() {
            let server = try book.addresses(of: session, port: Wire.port(of: .host, in: session))
            let client = try book.addresses(of: session, port: Wire.port(of: .client, in: session))
            shares[index % threads].append(
                Assignment(index: index, session: session, server: server, client: client)
            )
        }
        return shares
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
        let passed = Double(MonotonicClock.now() - min(began, MonotonicClock.now())) / 1e9
        let isInterrupted = control.isInterrupted
        let times: (measured: Double, sending: Double)
        if plan.findsLossFree {
            times = (passed, passed)
        } else {
            let (planned, warmup) = (plan.duration.inSeconds, plan.warmup.inSeconds)
            times =
                isInterrupted
                ? (max(0, min(planned, passed - warmup)), min(planned + warmup, passed)) : (planned, planned + warmup)
        }
        return RunReport(
            plan: plan,
            tally: tally,
            threads: threads,
            isInterrupted: isInterrupted,
            measuredSeconds: times.measured,
            sendingSeconds: times.sending
        )
    }
}
