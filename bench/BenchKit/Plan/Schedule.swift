/// When every datagram of a run is to be sent, fixed before the first one leaves.
///
/// All flows send at the same rate, so time falls into rounds of one period in which each flow sends once, in its slot.
/// The slots divide the period evenly: no two flows fire together, and the load is the same at every moment.
package struct Schedule: Sendable, Equatable {
    /// Flows of the whole run, those of other threads included.
    package let flows: Int
    /// Rounds of the warm-up; sequence numbers from this one on are measured.
    package let warmupRounds: UInt32
    /// Rounds that are measured; every flow sends this many measured datagrams.
    package let measuredRounds: UInt32
    private let slotNanoseconds: Double
    private let stride: Int
    private let shift: Int

    /// Plans `flows` flows of `rate` datagrams a second each; `seed` moves every flow's slot.
    package init(flows: Int, rate: Double, warmup: Duration, duration: Duration, seed: UInt64) {
        self.flows = flows
        // A hair above, so that 30 a second for 10 s are 300 and not 299.
        warmupRounds = UInt32(clamping: Int((warmup.inSeconds * rate + 1e-6).rounded(.down)))
        measuredRounds = UInt32(clamping: Int((duration.inSeconds * rate + 1e-6).rounded(.down)))
        slotNanoseconds = 1e9 / (rate * Double(flows))
        stride = Schedule.evenStride(over: flows)
        shift = Int(Mixer.mix(seed) % UInt64(flows))
    }

    /// The schedule of a plan.
    package init(_ plan: RunPlan) {
        self.init(
            flows: plan.sessions * plan.clients * plan.flowsPerClient,
            rate: plan.rate,
            warmup: plan.warmup,
            duration: plan.duration,
            seed: plan.seed
        )
    }

    /// Datagrams of each flow, warm-up included; sequence numbers are 0 ..< `rounds`.
    package var rounds: UInt32 { warmupRounds &+ measuredRounds }

    /// The place of a flow within every round: each slot of 0 ..< `flows` belongs to exactly one flow.
    package func slot(ofFlow flow: Int) -> Int {
        (flow &* stride &+ shift) % flows
    }

    /// The planned time of a slot's datagram, in nanoseconds from the start of the run.
    @inline(__always)
    package func offset(round: UInt32, slot: Int) -> UInt64 {
        // A Double holds whole nanoseconds exactly for 104 days.
        UInt64((Double(round) * Double(flows) + Double(slot)) * slotNanoseconds)
    }

    /// When the last round has passed, in nanoseconds from the start of the run.
    package var length: UInt64 { offset(round: rounds, slot: 0) }

    /// A step near the golden section that meets every slot once: neighbouring flows (those of one session) land far
    /// apart, for any number of flows.
    private static func evenStride(over count: Int) -> Int {
        var stride = max(1, Int(Double(count) * 0.618_033_988_749_895))
        while greatestCommonDivisor(stride, count) != 1 { stride += 1 }
        return stride
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        var (large, small) = (first, second)
        while small != 0 { (large, small) = (small, large % small) }
        return large
    }
}
