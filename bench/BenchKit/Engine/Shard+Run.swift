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
            }
            if phase == .done { break }
            if phase == .joining { sweep(now) }
            if phase != .draining { sendKeepAlives(now) }
            if phase == .sending { sendDue(&now) }
            let ready = queue.wait(nanoseconds: pause(now))
            for index in 0..<max(0, ready) { receive(endpoint: queue.tag(at: index)) }
            now = MonotonicClock.now()
            if now >= nextPublication { publish(now) }
        }
        publish(now)
        for endpoint in endpoints { tally.socketDrops += UDPSocket.receiveDrops(of: endpoint.socket) }
        return tally
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
                phase = .sending
                planNext()
            }
        case .sending:
            guard round == schedule.rounds || control.isStopped else { return }
            phase = .draining
            nextPlanned = .max
            drainDeadline = now + plan.drain.inNanoseconds
            lastArrival = now
        case .draining:
            // Once all have arrived, a moment of silence still lets duplicates show.
            let isComplete =
                tally.delivered == tally.sent && tally.warmupDelivered == tally.warmupSent
                && now - min(now, lastArrival) > 50_000_000
            if isComplete || now >= drainDeadline { phase = .done }
        case .done:
            break
        }
    }

    /// How long to wait for datagrams: until the next planned send, and never long, so that control is seen.
    private func pause(_ now: UInt64) -> UInt64 {
        var until = now &+ (phase == .sending ? 20_000_000 : 2_000_000)
        until = min(until, nextPlanned)
        if phase != .draining { until = min(until, nextKeepAlive) }
        if phase == .joining { until = min(until, nextSweep) }
        return until > now ? until &- now : 0
    }

    private mutating func publish(_ now: UInt64) {
        nextPublication = now &+ 20_000_000
        status.hostsAccepted.store(joinedHosts, ordering: .relaxed)
        status.clientsJoined.store(joinedClients, ordering: .relaxed)
        status.refused.store(tally.refused, ordering: .relaxed)
        status.sent.store(tally.sent + tally.warmupSent, ordering: .relaxed)
        status.delivered.store(tally.delivered + tally.warmupDelivered, ordering: .relaxed)
        status.violations.store(tally.violations, ordering: .relaxed)
    }
}
