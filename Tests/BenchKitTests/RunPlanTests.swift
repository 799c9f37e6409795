import BenchKit
import Testing

@Suite("Plan")
struct RunPlanTests {
    @Test("The default plan can be run, and plans 48,000 datagrams a second")
    func defaults() throws {
        let plan = RunPlan()
        try plan.validate()
        #expect(plan.plannedPerSecond == 48_000)
    }

    @Test("A payload too small for its own header is refused with the smallest size", arguments: [0, 1, 31])
    func tooSmall(size: Int) {
        var plan = RunPlan()
        plan.size = size
        let error = #expect(throws: BenchError.self) { try plan.validate() }
        #expect(error?.description.contains("32 to 1187") == true)
    }

    @Test("Sizes up to the longest game datagram are accepted, one more is not")
    func sizes() throws {
        var plan = RunPlan()
        plan.size = 32
        try plan.validate()
        plan.size = 1187
        try plan.validate()
        plan.size = 1188
        #expect(throws: BenchError.self) { try plan.validate() }
    }

    /// A plan that no run can have, and the option that is to blame.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let option: String
        let make: @Sendable (inout RunPlan) -> Void

        var testDescription: String { option }
    }

    private static let mistakes = [
        Mistake(option: "--sessions") { $0.sessions = 0 },
        Mistake(option: "--clients") { $0.clients = 0 },
        Mistake(option: "--clients") { $0.clients = 65_536 },
        Mistake(option: "--rate") { $0.rate = 0 },
        Mistake(option: "--rate") { $0.rate = .nan },
        Mistake(option: "--rate") { $0.rate = 0.01 },
        Mistake(option: "--duration") { $0.duration = .zero },
        Mistake(option: "--warmup") { $0.warmup = .seconds(-1) },
        Mistake(option: "--threads") { $0.threads = 0 },
        Mistake(option: "--allow-loss") { $0.allowedLossPercent = 101 },
        Mistake(option: "--sample") { $0.sample = 0 },
        Mistake(option: "--burst") { $0.burst = 0 },
        Mistake(option: "--burst") { $0.burst = 1025 },
        Mistake(option: "--burst 301") { $0.burst = 301 },
        Mistake(option: "--watch-pid") { $0.watchedProcess = .max },
        Mistake(option: "--family ipv6 needs --wire relay") {
            $0.wire = .plain
            $0.family = .ipv6
        },
        Mistake(option: "--flood") {
            $0.flood = true
            $0.findsLossFree = true
        },
        Mistake(option: "--find-loss-free works with one thread") {
            $0.findsLossFree = true
            $0.threads = 2
        },
        Mistake(option: "8 minutes") {
            $0.wire = .turn
            $0.duration = .seconds(480)
        },
    ]

    @Test("Values out of range are refused and named", arguments: mistakes)
    func ranges(mistake: Mistake) {
        var plan = RunPlan()
        mistake.make(&plan)
        let error = #expect(throws: BenchError.self) { try plan.validate() }
        #expect(error?.description.contains(mistake.option) == true)
    }

    @Test("A run over TURN may last as long as an allocation is sure to")
    func turnLimit() throws {
        var plan = RunPlan()
        plan.wire = .turn
        plan.warmup = .seconds(10)
        plan.duration = .seconds(470)
        try plan.validate()
    }

    @Test("A flood needs no rate that fits its duration")
    func floodRate() throws {
        var plan = RunPlan()
        plan.rate = 0.01
        plan.flood = true
        try plan.validate()
    }

    @Test("A flood and a search take one thread, and a flood as many as it is told to")
    func floodThreads() {
        var plan = RunPlan()
        plan.rate = 100_000
        #expect(plan.threadCount(cores: 8) == 7)
        plan.flood = true
        #expect(plan.threadCount(cores: 8) == 1)
        plan.threads = 3
        #expect(plan.threadCount(cores: 8) == 3)
        plan.flood = false
        plan.findsLossFree = true
        #expect(plan.threadCount(cores: 8) == 1)
    }

    @Test("Threads grow with the rate, leave a core to the relay and never outnumber the sessions")
    func threads() {
        var plan = RunPlan()
        #expect(plan.threadCount(cores: 8) == 1)
        plan.rate = 300
        #expect(plan.threadCount(cores: 4) == 3)
        #expect(plan.threadCount(cores: 1) == 1)
        plan.threads = 16
        #expect(plan.threadCount(cores: 4) == 16)
        plan.sessions = 2
        #expect(plan.threadCount(cores: 4) == 2)
    }
}
