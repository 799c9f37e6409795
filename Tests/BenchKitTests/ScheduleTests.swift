import BenchKit
import Testing

@Suite("Schedule")
struct ScheduleTests {
    private func schedule(flows: Int = 1600, rate: Double = 30, seed: UInt64 = 1) -> Schedule {
        Schedule(flows: flows, rate: rate, warmup: .seconds(1), duration: .seconds(10), seed: seed)
    }

    @Test(
        "Every flow sends rate times duration datagrams",
        arguments: [(30.0, 300, 30), (0.5, 5, 0), (33.3, 333, 33), (1000, 10_000, 1000)] as [(Double, UInt32, UInt32)]
    )
    func count(rate: Double, measured: UInt32, warmup: UInt32) {
        let schedule = schedule(rate: rate)
        #expect(schedule.measuredRounds == measured)
        #expect(schedule.warmupRounds == warmup)
        #expect(schedule.rounds == measured + warmup)
    }

    @Test("Each slot of a round belongs to exactly one flow", arguments: [1, 2, 3, 16, 97, 1600, 100_000])
    func slots(flows: Int) {
        let schedule = schedule(flows: flows, seed: 77)
        #expect(Set((0..<flows).map { schedule.slot(ofFlow: $0) }) == Set(0..<flows))
    }

    @Test("Slots divide the period evenly and rounds follow without a gap")
    func spacing() {
        let schedule = schedule()
        let step = 1e9 / 48_000
        var previous = schedule.offset(round: 0, slot: 0)
        #expect(previous == 0)
        for round in 0..<schedule.rounds {
            for slot in 0..<1600 where round > 0 || slot > 0 {
                let offset = schedule.offset(round: round, slot: slot)
                #expect(abs(Double(offset - previous) - step) <= 1)
                previous = offset
            }
        }
        #expect(schedule.length == 11_000_000_000)
    }

    @Test("Datagrams of one session are spread over the period instead of firing together")
    func spread() {
        let schedule = schedule()
        let slots = (0..<16).map { schedule.slot(ofFlow: $0) }.sorted()
        for (slot, next) in zip(slots, slots.dropFirst()) {
            #expect(next - slot > 1600 / 16 / 3)
        }
    }

    @Test("The same seed gives the same schedule, another seed moves it")
    func determinism() {
        #expect(schedule(seed: 5) == schedule(seed: 5))
        let first = schedule(seed: 5)
        let second = schedule(seed: 6)
        #expect((0..<1600).contains { first.slot(ofFlow: $0) != second.slot(ofFlow: $0) })
    }
}
