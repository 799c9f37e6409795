import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import causewayd

@Suite struct WatchdogTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func lifeFeedsItAgainAndAgain() async throws {
        let fed = Counter()
        try await run(fed, isAlive: { true }, until: { await holds { fed.value >= 3 } })
        #expect(fed.value >= 3)
    }

    @Test func aStoppedWorkerFeedsNothing() async throws {
        let fed = Counter()
        let asked = Counter()
        try await run(
            fed,
            isAlive: {
                asked.add()
                return false
            },
            until: { await holds { asked.value >= 3 } }
        )
        #expect(asked.value >= 3 && fed.value == 0)
    }

    @Test func aHungWorkerFeedsNothingAndIsAskedOnlyOnce() async throws {
        let fed = Counter()
        let asked = Counter()
        let (answers, answer) = AsyncStream.makeStream(of: Bool.self)
        try await run(
            fed,
            isAlive: {
                asked.add()
                for await isAlive in answers { return isAlive }
                return false
            },
            until: {
                await holds { asked.value == 1 }
                try? await Task.sleep(for: .milliseconds(200))
            }
        )
        // Ten intervals later an answer is too late.
        answer.yield(true)
        try await Task.sleep(for: .milliseconds(50))
        #expect(asked.value == 1 && fed.value == 0)
    }

    private func run(
        _ fed: Counter,
        isAlive: @escaping @Sendable () async -> Bool,
        until: () async -> Void
    ) async throws {
        let service = WatchdogService(
            interval: .milliseconds(20),
            feed: { fed.add() },
            isAlive: isAlive,
            logger: Self.logger
        )
        let group = ServiceGroup(services: [service], logger: Self.logger)
        async let running: Void = group.run()
        await until()
        await group.triggerGracefulShutdown()
        try await running
    }
}

/// Counts across tasks.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}

/// Waits until a condition holds, 20 s at most.
private func holds(_ condition: () -> Bool) async {
    for _ in 0..<2_000 where !condition() { try? await Task.sleep(for: .milliseconds(10)) }
}
