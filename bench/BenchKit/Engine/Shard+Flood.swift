extension Shard {
    /// Sends one datagram after the other, without a schedule, until receiving has its turn.
    ///
    /// The clock is asked once in a while only, so the bounds of the warm-up and of the measured time are blurred by a
    /// few microseconds of some seconds.
    mutating func flood(_ now: inout UInt64) {
        guard now >= start else { return }
        let measuredFrom = start &+ plan.warmup.inNanoseconds
        let end = measuredFrom &+ plan.duration.inNanoseconds
        var portions = 16
        while portions > 0, now < end {
            let isMeasured = now >= measuredFrom
            if isMeasured, opening == nil { openWindow() }
            var budget = 16
            var sent: UInt64 = 0
            while budget > 0 {
                sent &+= sendTurn(planned: now)
                budget &-= Int(schedule.burst)
            }
            sendGathered()
            if isMeasured { tally.sent &+= sent } else { tally.warmupSent &+= sent }
            portions &-= 1
            now = MonotonicClock.now()
        }
    }
}
