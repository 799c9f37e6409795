import Testing

@testable import RelayPlane

@Suite("The sweep's pace")
struct SweepPaceTests {
    @Test(
        "Under load a pass takes about a second, in portions that no datagram feels",
        arguments: [10, 1_000, 100_000, 1_000_000]
    )
    func busy(length: Int) {
        var pace = SweepPace()
        var (seen, longest) = (0, 0)
        // The clock ticks every 4 ms; a datagram comes every 20 µs.
        for wake in 0..<100_000 {
            let now = 10_000 + UInt64(wake) / 200 * 4
            guard pace.isDue(now: now) else { continue }
            let slots = pace.slots(of: length, now: now, isBusy: true)
            if wake >= 50_000 { seen += slots }
            longest = max(longest, slots)
        }
        #expect(longest <= 128)
        // One second: one pass, but for the slot that every slice has at least.
        #expect(seen >= length * 9 / 10)
        #expect(seen <= length + length / 10 + 300)
    }

    @Test("Without load what is due is done at once, up to a limit")
    func idle() {
        var pace = SweepPace()
        _ = pace.slots(of: 1_000, now: 1_000, isBusy: false)
        #expect(!pace.isDue(now: 1_004))
        #expect(pace.isDue(now: 1_100))
        #expect(pace.slots(of: 1_000, now: 1_100, isBusy: false) == 101)
        #expect(pace.slots(of: 1_000_000, now: 2_100, isBusy: false) == 8_192)
        #expect(pace.isDue(now: 2_100))
    }

    @Test("An empty table has nothing to sweep")
    func empty() {
        var pace = SweepPace()
        #expect(pace.slots(of: 0, now: 5_000, isBusy: true) == 0)
        #expect(!pace.isDue(now: 5_001))
    }
}
