import Glibc
import Synchronization

extension Shard {
    /// Joins, sends, receives and drains; returns what was seen. Runs until the schedule or the run's control ends it.
    mutating func run() -> Tally {
        keepAliveStart = MonotonicClock.now()
        nextSweep = keepAliveStart
        var processorAtStart: UInt64 = 0
        var now = keepAliveStart
        while true {
            let before = phase
            advancePhase(now)
            if before == .joining, phase == .sending { processorAtStart = MonotonicClock.ofThread() }
            if before == .sending, phase != .sending {
                tally.processorNanoseconds = MonotonicClock.ofThread() - processorAtStart
                closeWindow()
            }
            if phase == .done { break }
            if phase == .joining { sweep(now) }
            if phase != .draining { sendKeepAlives(now) }
            if phase == .sending {
                if plan.flood { flood(&now) } else if plan.findsLossFree { searchLossFree() } else { sendDue(&now) }
            }
            receiveReady(within: pause(now))
            now = MonotonicClock.now()
            if phase == .joining { prepareIfJoined() }
            if now >= nextPublication { publish(now) }
        }
        settle()
        publish(now)
        leave()
        return tally
    }

    /// Waits for datagrams, `nanoseconds` at most, and reads those that are there.
    @inline(__always)
    mutating func receiveReady(within nanoseconds: UInt64) {
        let ready = queue.wait(nanoseconds: nanoseconds)
        for index in 0..<max(0, ready) { receive(endpoint: queue.tag(at: index)) }
    }

    private mutating func advancePhase(_ now: UInt64) {
        switch phase {
        case .joining:
            if control.isStopped {
                phase = .done
                return
            }
            start = control.start.load(ordering: .acquiring)
            if start != 0 {
                beginCounting()
                prepareGathering()
                phase = .sending
                if isPaced { planNext() } else { nextPlanned = start }
            }
        case .sending:
            guard isSendingOver(now) else { return }
            phase = .draining
            nextPlanned = .max
            drainDeadline = now + plan.drain.inNanoseconds
            nextSettlement = now + 20_000_000
            lastArrival = now
        case .draining:
            if hasSettled(now) || now >= drainDeadline { phase = .done }
        case .done:
            break
        }
    }

    private func isSendingOver(_ now: UInt64) -> Bool {
        if control.isStopped || tally.search != nil { return true }
        if plan.flood { return now >= start &+ (plan.warmup + plan.duration).inNanoseconds }
        return isPaced && round == schedule.rounds
    }

    /// How long to wait for datagrams: until the next planned send, and never long, so that control is seen.
    private func pause(_ now: UInt64) -> UInt64 {
        if plan.spins, phase == .sending { return 0 }
        var until = now &+ (phase == .sending ? 20_000_000 : 2_000_000)
        until = min(until, nextPlanned)
        if phase != .draining { until = min(until, nextKeepAlive) }
        if phase == .joining { until = min(until, nextSweep) }
        if phase == .sending, isPaced { until = max(until, now &+ turnInterval) }
        return until > now ? until &- now : 0
    }

    mutating func publish(_ now: UInt64) {
        nextPublication = now &+ 20_000_000
        status.hostsAccepted.store(joinedHosts, ordering: .relaxed)
        status.clientsJoined.store(joinedClients, ordering: .relaxed)
        status.isPrepared.store(isPrepared, ordering: .relaxed)
        status.refused.store(tally.refused, ordering: .relaxed)
        status.sent.store(tally.sent + tally.warmupSent, ordering: .relaxed)
        // Of a sampled run an estimate: to ask every socket would disturb it.
        status.delivered.store(arrivalsRead * UInt64(plan.sample), ordering: .relaxed)
        status.violations.store(tally.violations, ordering: .relaxed)
    }
}
