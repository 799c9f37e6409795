extension Shard {
    /// Plays one step after the other until the highest rate without loss is known.
    mutating func searchLossFree() {
        var search = LossFreeSearch()
        guard MonotonicClock.now() >= start else { return }
        while let rate = search.nextRate, !control.isStopped {
            let result = playStep(rate: rate)
            search.note(result)
            // What a lossy step left in the forwarder's queues must not fill the next one's gaps.
            if result != .lossless { pauseReceiving(nanoseconds: 300_000_000) }
        }
        tally.search = search
    }

    /// Sends at a total rate for one step and says what became of it.
    private mutating func playStep(rate: Double) -> LossFreeSearch.Step {
        let perSlot = flows.count / schedule.slots * Int(schedule.burst)
        let slotNanoseconds = 1e9 * Double(perSlot) / rate
        let slots = max(1, Int(LossFreeSearch.stepSeconds * 1e9 / slotNanoseconds))
        let before = arrivals()
        var sent: UInt64 = 0
        var now = MonotonicClock.now()
        let began = now
        var slot = 0
        var planned = began
        while slot < slots, !control.isStopped {
            var budget = 64
            while slot < slots, planned <= now, budget > 0 {
                for _ in 0..<(flows.count / schedule.slots) { sent &+= sendTurn(planned: planned) }
                sendGathered()
                budget &-= perSlot
                slot &+= 1
                planned = began &+ UInt64(Double(slot) * slotNanoseconds)
                now = MonotonicClock.now()
            }
            sendKeepAlives(now)
            // A sleep of less than the kernel's timer slack would end too late.
            let isLong = planned > now &+ 100_000
            receiveReady(within: isLong ? planned &- now &- 60_000 : 0)
            now = MonotonicClock.now()
        }
        let isLate = Double(now &- began) > (LossFreeSearch.stepSeconds + LossFreeSearch.allowedDelay) * 1e9
        pauseReceiving(nanoseconds: 100_000_000)
        tally.sent &+= sent
        if isLate { return .generatorLate }
        return arrivals() &- before >= sent ? .lossless : .lossy
    }

    /// Sends nothing but keep-alives for a while.
    private mutating func pauseReceiving(nanoseconds: UInt64) {
        var now = MonotonicClock.now()
        let end = now &+ nanoseconds
        while now < end {
            sendKeepAlives(now)
            receiveReady(within: min(end &- now, 2_000_000))
            now = MonotonicClock.now()
            if now >= nextPublication { publish(now) }
        }
    }
}
