/// How much to sweep when: about one pass a second, in slices of a few milliseconds under load and of a tenth of a second
/// when nothing else happens.
struct SweepPace {
    private static let passMilliseconds: UInt64 = 1_000
    private static let shortestPause: UInt64 = 5
    private static let longestSlice = 8_192
    private static let idleTimeout: Int32 = 100

    private var last: UInt64 = 0

    /// How long to wait for datagrams at most, milliseconds; for ever where there is nothing to sweep.
    func timeout(isEmpty: Bool) -> Int32 { isEmpty ? -1 : Self.idleTimeout }

    /// Slots to look at now: 0 where the last slice was a moment ago.
    mutating func slots(of length: Int, now: UInt64) -> Int {
        let elapsed = now &- last
        guard elapsed >= Self.shortestPause, length > 0 else { return 0 }
        last = now
        let share = UInt64(length) * min(elapsed, Self.passMilliseconds) / Self.passMilliseconds + 1
        return min(Int(share), Self.longestSlice)
    }
}
