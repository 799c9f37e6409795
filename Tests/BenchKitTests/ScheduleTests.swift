import BenchKit
import Testing

@Suite("Schedule")
struct ScheduleTests {
    private func schedule(
        sessions: Int = 100,
        lanes: Int = 16,
        rate: Double = 30,
        seed: UInt64 = 1,
        order: RunPlan.Order = .spread,
        burst: Int = 1
    ) -> Schedule {
        Schedule(
            sessions: sessions,
            lanes: lanes,
            rate: rate,
            warmup: .seconds(1),
            duration: .seconds(10),
            seed: seed,
            order: order,
            burst: burst
        )
    }

    /// The session of each slot of a round.
    private func sessions(of schedule: Schedule, sessions: Int, lanes: Int) -> [Int] {
        var order = [Int](repeating: -1, count: schedule.slots)
        for session in 0..<sessions {
            for lane in 0..<lanes { order[schedule.slot(ofSession: session, lane: lane)] = session }
        }
        return order
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

    @Test(
        "Each slot of a round belongs to exactly one flow",
        arguments: [(1, 1), (1, 16), (2, 1), (3, 2), (7, 16), (97, 1), (100, 16), (5000, 20)]
    )
    func slots(sessions: Int, lanes: Int) {
        let schedule = schedule(sessions: sessions, lanes: lanes, seed: 77)
        let slots = (0..<sessions).flatMap { session in
            (0..<lanes).map { schedule.slot(ofSession: session, lane: $0) }
        }
        #expect(Set(slots) == Set(0..<sessions * lanes))
        #expect(slots.count == schedule.flows)
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
        let slots = (0..<16).map { schedule.slot(ofSession: 0, lane: $0) }.sorted()
        for (slot, next) in zip(slots, slots.dropFirst()) { #expect(next - slot == 100) }
    }

    @Test("Any 64 datagrams in a row belong to 64 sessions, where there are as many", arguments: [64, 100, 1000])
    func neighbours(sessions: Int) {
        let order = self.sessions(
            of: schedule(sessions: sessions, seed: 5),
            sessions: sessions,
            lanes: 16
        )
        // Rounds follow each other without a gap, so the last slots neighbour the first.
        let circle = order + order.prefix(63)
        for first in order.indices { #expect(Set(circle[first..<first + 64]).count == 64, "from slot \(first)") }
    }

    @Test("Neighbours go both ways: no long row of one direction")
    func directions() {
        let schedule = schedule()
        var isUp = [Bool](repeating: false, count: 1600)
        for session in 0..<100 {
            for lane in 0..<16 { isUp[schedule.slot(ofSession: session, lane: lane)] = lane % 2 == 0 }
        }
        for first in 0..<1600 - 8 { #expect(Set(isUp[first..<first + 8]).count == 2) }
    }

    @Test("In bursts all flows of a session share its slot, and no other session does")
    func together() {
        let schedule = schedule(order: .burst)
        #expect(schedule.slots == 100)
        let slots = (0..<100).map { session in Set((0..<16).map { schedule.slot(ofSession: session, lane: $0) }) }
        #expect(slots.allSatisfy { $0.count == 1 })
        #expect(Set(slots).count == 100)
        #expect(schedule.offset(round: 1, slot: 0) == 33_333_333)
        #expect(schedule.length == 11_000_000_000)
    }

    @Test("Turns of several datagrams are as much rarer", arguments: [2, 3, 10])
    func burst(size: Int) {
        let schedule = schedule(burst: size)
        #expect(schedule.measuredRounds == UInt32(300 / size))
        #expect(schedule.warmupRounds == UInt32(30 / size))
        #expect(schedule.warmupDatagrams == 30)
        #expect(abs(Double(schedule.offset(round: 0, slot: 1)) - Double(size) * 1e9 / 48_000) <= 1)
    }

    @Test("The same seed gives the same schedule, another seed moves it")
    func determinism() {
        #expect(schedule(seed: 5) == schedule(seed: 5))
        let first = schedule(seed: 5)
        let second = schedule(seed: 6)
        #expect((0..<100).contains { first.slot(ofSession: $0, lane: 0) != second.slot(ofSession: $0, lane: 0) })
    }
}
