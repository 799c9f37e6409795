import Foundation
import RelayCore
import TestSupport
import Testing

@Suite("Engine and twin")
struct DifferentialTests {
    /// How many programs; `CAUSEWAY_TWIN_PROGRAMS` asks for more.
    private static let programs = environment("CAUSEWAY_TWIN_PROGRAMS") ?? 600
    private static let firstSeed = environment("CAUSEWAY_TWIN_SEED") ?? 1_000
    private static let lanes = 4

    private static func environment(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init)
    }

    /// What a lane's programs came to, up to the first that failed.
    private struct Report: Sendable {
        var drops = Tally<DropReason>()
        var counts = Tally<Counter>()
        var failure: String?
    }

    @Test("Engine and twin agree on every datagram of random programs, and every rule is met on the way")
    func agreement() async {
        var total = Report()
        await withTaskGroup(of: Report.self) { group in
            for lane in 0..<Self.lanes { group.addTask { await Self.run(lane) } }
            for await report in group {
                total.drops.add(report.drops)
                total.counts.add(report.counts)
                total.failure = total.failure ?? report.failure
            }
        }
        if let failure = total.failure {
            Issue.record(Comment(rawValue: failure))
            return
        }
        // Agreement on what never happens means nothing.
        guard Self.programs >= 600 else { return }
        for reason in DropReason.allCases where ![.sendError, .notReady].contains(reason) {
            #expect(total.drops[reason] > 0, "no datagram was dropped as \(reason)")
        }
        let counters: [Counter] = [
            .heldDelivered, .endpointMoves, .rejoins, .hostClaims, .invalidReplies, .toHostDatagrams,
            .toClientDatagrams,
        ]
        for counter in counters { #expect(total.counts[counter] > 0, "\(counter) stayed 0") }
    }

    private static func run(_ lane: Int) async -> Report {
        var report = Report()
        for seed in stride(from: firstSeed + lane, to: firstSeed + programs, by: lanes) {
            await Task.yield()
            var generator = ProgramGenerator(seed: UInt64(seed))
            let program = generator.make(length: 300)
            switch Duel.run(program) {
            case .agreed(let drops, let counts):
                report.drops.add(drops)
                report.counts.add(counts)
            case .differed:
                report.failure = describe(program)
                return report
            }
        }
        return report
    }

    /// The seed, and the fewest events that still make engine and twin differ.
    private static func describe(_ program: Program) -> String {
        let shortest = Duel.shrink(program)
        var lines = ["seed \(program.seed), \(shortest.settings), \(shortest.guesses)"]
        lines += shortest.events.map { "  \($0)" }
        if case .differed(let event, let difference) = Duel.run(shortest) {
            lines.append("event \(event): \(difference)")
        }
        return lines.joined(separator: "\n")
    }
}
