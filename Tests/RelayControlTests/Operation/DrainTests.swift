import RelayControl
import Testing

@Suite("Draining")
struct DrainTests {
    private let start = ContinuousClock.now

    @Test("Without a drain the relay serves, however few sessions there are")
    func serving() {
        #expect(Drain().verdict(sessions: 0, now: start) == .serving)
        #expect(!Drain().isOn)
    }

    @Test(
        "A drain ends with few enough sessions, or at its deadline",
        arguments: [
            (0, nil, 1, 3_600, Drain.Verdict.waiting(sessions: 1, remaining: nil)),
            (0, nil, 0, 0, .finished(.fewEnough(sessions: 0))),
            (2, nil, 3, 0, .waiting(sessions: 3, remaining: nil)),
            (2, nil, 2, 0, .finished(.fewEnough(sessions: 2))),
            (2, nil, 1, 0, .finished(.fewEnough(sessions: 1))),
            (0, 60, 5, 0, .waiting(sessions: 5, remaining: .seconds(60))),
            (0, 60, 5, 59, .waiting(sessions: 5, remaining: .seconds(1))),
            (0, 60, 5, 60, .finished(.deadline(sessions: 5))),
            (0, 60, 5, 99, .finished(.deadline(sessions: 5))),
            (5, 60, 5, 99, .finished(.fewEnough(sessions: 5))),
            (0, 0, 1, 0, .finished(.deadline(sessions: 1))),
        ] as [(Int, Int?, Int, Int, Drain.Verdict)]
    )
    func ends(until: Int, deadline: Int?, sessions: Int, after: Int, expected: Drain.Verdict) {
        var drain = Drain()
        drain.begin(DrainPlan(until: until, deadline: deadline.map { .seconds($0) }), now: start)
        #expect(drain.isOn)
        #expect(drain.verdict(sessions: sessions, now: start + .seconds(after)) == expected)
    }

    @Test("A second order replaces the first, and its deadline counts anew")
    func again() {
        var drain = Drain()
        drain.begin(DrainPlan(until: 3, deadline: .seconds(10)), now: start)
        drain.begin(DrainPlan(deadline: .seconds(10)), now: start + .seconds(5))
        #expect(
            drain.verdict(sessions: 3, now: start + .seconds(14)) == .waiting(sessions: 3, remaining: .seconds(1))
        )
        drain.begin(DrainPlan(), now: start + .seconds(14))
        #expect(drain.verdict(sessions: 3, now: start + .seconds(99)) == .waiting(sessions: 3, remaining: nil))
    }

    @Test("A drain that is called off never ends anything")
    func cancelled() {
        var drain = Drain()
        drain.begin(DrainPlan(deadline: .seconds(1)), now: start)
        drain.cancel()
        #expect(drain.verdict(sessions: 0, now: start + .seconds(5)) == .serving)
        #expect(drain.plan == nil)
    }

    @Test("The service refuses new sessions while it drains, and takes them again after")
    func service() async throws {
        let fixture = try await Fixture.ready()
        try await fixture.create("1.1.1.1")
        await fixture.service.drain(DrainPlan(until: 0))
        let error = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("draining"))
        #expect(await fixture.service.drainProgress.verdict == .waiting(sessions: 1, remaining: nil))
        await fixture.service.cancelDrain()
        try await fixture.create("1.1.1.1")
        #expect(await fixture.service.counts.sessions == 2)
    }
}
