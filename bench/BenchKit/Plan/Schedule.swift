/// When every datagram of a run is to be sent, fixed before the first one leaves.
///
/// All flows send at the same rate, so time falls into rounds of one period in which each flow has one turn, in its slot.
/// The slots divide the period evenly: the load is the same at every moment. With ``RunPlan/Order/spread`` no two flows
/// share a slot, and neighbouring slots belong to different sessions; with ``RunPlan/Order/burst`` each session has one
/// slot for all of its flows.
package struct Schedule: Sendable, Equatable {
    /// Flows of the whole run, those of other threads included.
    package let flows: Int
    /// Slots of a round: as many as flows, or as sessions.
    package let slots: Int
    /// Datagrams of one turn, sent back to back.
    package let burst: UInt32
    /// Rounds of the warm-up; sequence numbers from ``warmupDatagrams`` on are measured.
    package let warmupRounds: UInt32
    /// Rounds that are measured.
    package let measuredRounds: UInt32
    private let sessions: Int
    private let lanes: Int
    private let order: RunPlan.Order
    private let slotNanoseconds: Double
    private let stride: Int
    private let shift: Int

    /// Plans `lanes` flows of `rate` datagrams a second in each of `sessions`; `seed` moves every flow's slot.
    package init(
        sessions: Int,
        lanes: Int,
        rate: Double,
        warmup: Duration,
        duration: Duration,
        seed: UInt64,
        order: RunPlan.Order = .spread,
        burst: Int = 1
    ) {
        self.sessions = sessions
        self.lanes = lanes
        self.order = order
        self.burst = UInt32(burst)
        flows = sessions * lanes
        slots = order == .spread ? flows : sessions
        let turns = rate / Double(burst)
        // A hair above, so that 30 a second for 10 s are 300 and not 299.
        warmupRounds = UInt32(clamping: Int((warmup.inSeconds * turns + 1e-6).rounded(.down)))
        measuredRounds = UInt32(clamping: Int((duration.inSeconds * turns + 1e-6).rounded(.down)))
        slotNanoseconds = 1e9 / (turns * Double(slots))
        stride = Schedule.evenStride(over: sessions)
        shift = Int(Mixer.mix(seed) % UInt64(slots))
    }

    /// The schedule of a plan.
    package init(_ plan: RunPlan) {
        self.init(
            sessions: plan.sessions,
            lanes: plan.clients * plan.flowsPerClient,
            rate: plan.rate,
            warmup: plan.warmup,
            duration: plan.duration,
            seed: plan.seed,
            order: plan.order,
            burst: plan.burst
        )
    }

    /// Turns of each flow, warm-up included. Turn t sends sequence numbers t x ``burst`` and up.
    package var rounds: UInt32 { warmupRounds &+ measuredRounds }

    /// The first sequence number that is measured.
    package var warmupDatagrams: UInt32 { warmupRounds &* burst }

    /// The place of a flow within every round, 0 ..< ``slots``.
    ///
    /// Spread: every `sessions` slots in a row belong to as many sessions, and each session is at another of its lanes
    /// than its neighbours, so that directions mix.
    package func slot(ofSession session: Int, lane: Int) -> Int {
        let place = session &* stride % sessions
        guard order == .spread else { return (place &+ shift) % slots }
        let block = (lane &+ lanes &- place % lanes) % lanes
        return (block &* sessions &+ place &+ shift) % slots
    }

    /// The planned time of a slot's datagrams, in nanoseconds from the start of the run.
    @inline(__always)
    package func offset(round: UInt32, slot: Int) -> UInt64 {
        // A Double holds whole nanoseconds exactly for 104 days.
        UInt64((Double(round) * Double(slots) + Double(slot)) * slotNanoseconds)
    }

    /// When the last round has passed, in nanoseconds from the start of the run.
    package var length: UInt64 { offset(round: rounds, slot: 0) }

    /// A step near the golden section that meets every place once: sessions made one after the other land far apart, so
    /// that no forwarder is fed in the order of its own tables.
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
