#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// How fast the API made sessions, as `--json` prints it: names in snake case, times in milliseconds or seconds.
package struct CreationReport: Codable, Sendable, Equatable {
    /// Sessions made, with as many users as asked for.
    package var created: Int
    /// Creates that were refused, not answered, or answered with something else.
    package var failed: Int
    /// Sessions made in a second, from the first create to the last answer.
    package var perSecond: Double

    // Due to answered, of each session made.
    package var p50Ms: Double
    package var p99Ms: Double
    package var maxMs: Double

    package var connections: Int
    package var users: Int
    /// Creates a second as planned; 0 for as fast as possible.
    package var rate: Double
    /// From the first create to the last answer.
    package var seconds: Double
    /// Processor time of this process in that time, in percent of one core.
    package var generatorCpuPercent: Double
    /// Sessions that could not be deleted in the end.
    package var notDeleted: Int
    package var interrupted: Bool
    /// Why the first failed one failed; empty without failures.
    package var firstError: String

    init(_ plan: CreationPlan, _ tally: CreationTally, start: UInt64, processorTime: UInt64, isInterrupted: Bool) {
        let sorted = tally.latencies.sorted()
        let passed = Double(tally.last - min(start, tally.last)) / 1e9
        created = sorted.count
        failed = tally.failed
        seconds = (passed * 1e6).rounded() / 1e6
        perSecond = passed > 0 ? (Double(sorted.count) / passed * 10).rounded() / 10 : 0
        p50Ms = CreationTally.percentile(0.5, ofSorted: sorted)
        p99Ms = CreationTally.percentile(0.99, ofSorted: sorted)
        maxMs = CreationTally.percentile(1, ofSorted: sorted)
        connections = plan.connections
        users = plan.users
        rate = plan.rate
        generatorCpuPercent = passed > 0 ? (Double(processorTime) / passed / 1e7 * 10).rounded() / 10 : 0
        notDeleted = 0
        interrupted = isInterrupted
        firstError = tally.firstError?.text ?? ""
    }

    /// One JSON object on one line, keys in alphabetical order.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The report for a person at a terminal.
    package func text() -> String {
        let pace = rate > 0 ? "\(RunReport.short(rate))/s planned" : "as fast as answers come"
        let time = "\(RunReport.decimal(seconds, places: 2)) s"
        var lines = [
            "sessions of \(count(users, "user")) over \(count(connections, "connection")), \(pace), \(time)",
            "",
            row("created", created, "\(RunReport.grouped(UInt64(perSecond.rounded())))/s"),
            row("failed", failed),
            "",
        ]
        if created > 0 {
            lines += [
                "latency from \(rate > 0 ? "planned" : "actual") send time (ms):",
                "  p50 \(milliseconds(p50Ms))   p99 \(milliseconds(p99Ms))   max \(milliseconds(maxMs))",
            ]
        }
        lines += ["generator: \(RunReport.short(generatorCpuPercent)) % of a core", "", conclusion]
        return lines.joined(separator: "\n")
    }

    /// The exit status that tells scripts whether every create succeeded.
    package var exitCode: Int32 {
        if interrupted { return ExitStatus.interrupted }
        return failed == 0 ? ExitStatus.ok : ExitStatus.failed
    }

    private var conclusion: String {
        if interrupted { return "INTERRUPTED: figures up to the signal only." }
        return failed == 0 ? "OK: every session was made." : "FAILED: \(firstError)"
    }

    private func milliseconds(_ value: Double) -> String { RunReport.decimal(value, places: 2) }

    private func count(_ number: Int, _ noun: String) -> String {
        "\(RunReport.grouped(UInt64(number))) \(noun)\(number == 1 ? "" : "s")"
    }

    private func row(_ name: String, _ number: Int, _ note: String = "") -> String {
        let figure = RunReport.grouped(UInt64(number))
        let gap = String(repeating: " ", count: max(1, 20 - name.count - figure.count))
        return note.isEmpty ? name + gap + figure : "\(name)\(gap)\(figure)   \(note)"
    }
}
