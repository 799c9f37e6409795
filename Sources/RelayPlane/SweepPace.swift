/// How much to sweep when: about one pass a second. What is due is worked off in portions: small ones between datagrams, so
/// that none waits for a pass over a million users, and large ones when nothing else happens.
struct SweepPace {
    private static let passMilliseconds: UInt64 = 1_000
    private static let shortestPause: UInt64 = 5
    private static let busyPortion = 128
    private static let idlePortion = 8_192
    /// How often to look when nothing else happens.
    static let idlePauseMilliseconds = 100

    private var last: UInt64 = 0
    /// Slots that are due and have not been looked at.
    private var due = 0

    /// Whether there is anything to do now.
    @inline(__always)
    func isDue(now: UInt64) -> Bool { due > 0 || now &- last >= Self.shortestPause }

    /// Slots to look at now.
    /// - Parameters:
    ///   - length: slots of a whole pass.
    ///   - isBusy: whether datagrams came with this wake.
    mutating func slots(of length: Int, now: UInt64, isBusy: Bool) -> Int {
        let elapsed = now &- last
        if elapsed >= Self.shortestPause {
            last = now
            let share =
                length > 0 ? UInt64(length) * min(elapsed, Self.passMilliseconds) / Self.passMilliseconds + 1 : 0
            due = min(due + Int(share), length)
        }
        let portion = min(due, isBusy ? Self.busyPortion : Self.idlePortion)
        due -= portion
        return portion
    }
}
