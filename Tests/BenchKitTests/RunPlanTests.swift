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
    ]

    @Test("Values out of range are refused and named", arguments: mistakes)
    func ranges(mistake: Mistake) {
        var plan = RunPlan()
        mistake.make(&plan)
        let error = #expect(throws: BenchError.self) { try plan.validate() }
        #expect(error?.description.contains(mistake.option) == true)
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
