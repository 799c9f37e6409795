/// How much to sweep when: about one pass a second, in slices of a few milliseconds under load and of a tenth of a second
/// when nothing else happens.
struct SweepPace {
    private static let passMilliseconds: UInt64 = 1_000
    private static let shortestPause: UInt64 = 5
    private static let longestSlice = 8_192
    /// How often to look when nothing else happens.
    static let idlePauseMilliseconds = 100

    private var last: UInt64 = 0

    /// Whether the last slice was more than a moment ago.
    @inline(__always)
    func isDue(now: UInt64) -> Bool { now &- last >= Self.shortestPause }

    /// Slots to look at now.
    mutating func slots(of length: Int, now: UInt64) -> Int {
        let elapsed = now &- last
        last = now
        guard length > 0 else { return 0 }
        let share = UInt64(length) * min(elapsed, Self.passMilliseconds) / Self.passMilliseconds + 1
        return min(Int(share), Self.longestSlice)
    }
}
