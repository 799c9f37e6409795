import RelayControl
import RelayCore
import Testing

@Suite("The last hour", .timeLimit(.minutes(10)))
struct TrafficHistoryTests {
    @Test("Samples come back oldest first")
    func order() async {
        let history = TrafficHistory()
        #expect(await history.samples.isEmpty)
        for clock in 0..<3 { await history.record(TrafficSample(clock: Double(clock))) }
        #expect(await history.samples.map(\.clock) == [0, 1, 2])
    }

    @Test("Of more than an hour the oldest are overwritten, and an hour has 360 intervals of ten seconds")
    func bound() async {
        let history = TrafficHistory()
        #expect(TrafficHistory.interval * (TrafficHistory.capacity - 1) == .seconds(3_600))
        for clock in 0..<1_000 { await history.record(TrafficSample(clock: Double(clock))) }
        let clocks = await history.samples.map(\.clock)
        #expect(clocks == (1_000 - TrafficHistory.capacity..<1_000).map(Double.init))
    }

    @Test("The first sample is taken at once, and cancelling ends the taking")
    func run() async throws {
        let history = TrafficHistory()
        let taking = Task {
            try await history.run {
                var sample = TrafficSample(clock: 1)
                sample.drops = [.oversize: 7]
                return sample
            }
        }
        while await history.samples.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        taking.cancel()
        await #expect(throws: CancellationError.self) { try await taking.value }
        #expect(await history.samples.map(\.drops) == [[.oversize: 7]])
    }
}
