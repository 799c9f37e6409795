#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The figures of a run, as `--json` prints them: names in snake case, times in microseconds where they end in `_us`.
package struct RunReport: Codable, Sendable, Equatable {
    /// `ok`, `failed`, `generator_bound` or `interrupted`.
    package var verdict: Verdict
    /// False where the generator, not the relay, set the figures; ``invalidReason`` says how that showed.
    package var valid: Bool
    /// Empty for a valid run.
    package var invalidReason: String

    // Measured datagrams: planned after the warm-up.
    package var sent: UInt64
    package var delivered: UInt64
    package var lost: UInt64
    package var lossPercent: Double
    package var allowedLossPercent: Double

    // Whole run, warm-up included.
    package var corrupt: UInt64
    package var misrouted: UInt64
    package var wrongConnectionId: UInt64
    package var duplicates: UInt64
    package var unexpected: UInt64
    package var reordered: UInt64
    package var tooOld: UInt64
    package var refused: UInt64
    package var warmupSent: UInt64
    package var warmupLost: UInt64
    package var pingsSent: UInt64
    package var pingReplies: UInt64
    package var pingRepliesNotValid: UInt64

    // Planned send time to receipt.
    package var p50Us: UInt64
    package var p90Us: UInt64
    package var p99Us: UInt64
    package var p999Us: UInt64
    package var maxUs: UInt64
    package var meanUs: Double
    /// Pairs of a percentile and its microseconds, upwards; empty where datagrams had no planned time.
    package var latencyCurve: [[Double]]
    /// Longest time between two deliveries of one flow, the time between its datagrams included; 0 where datagrams had no
    /// planned time.
    package var longestGapMs: Double
    /// Delivered datagrams per second of the measured time.
    package var pps: Double
    /// Sent datagrams per second of the measured time.
    package var offeredPps: Double
    /// The highest total rate without loss, in datagrams per second; 0 unless it was searched.
    package var lossFreePps: Double

    // The watched process in the measured time; 0 without one.
    package var forwarderCpuNs: UInt64
    /// For each datagram that arrived in that time.
    package var forwarderCpuNsPerDatagram: Double

    // The generator itself: planned to actual send, and arrival in its sockets to their reading.
    package var lateP50Us: UInt64
    package var lateP99Us: UInt64
    package var lateMaxUs: UInt64
    package var receiveLagP50Us: UInt64
    package var receiveLagP99Us: UInt64
    package var receiveLagMaxUs: UInt64
    package var unsent: UInt64
    package var socketDrops: UInt64
    /// Processor time of the sending threads in percent of one core.
    package var generatorCpuPercent: Double
    package var threads: Int

    // What was asked for.
    package var wire: RunPlan.Wire
    package var flood: Bool
    package var sample: Int
    package var order: RunPlan.Order
    package var burst: Int
    package var sessions: Int
    package var clients: Int
    package var rate: Double
    package var size: Int
    package var direction: RunPlan.Direction
    package var family: RunPlan.Family
    package var durationS: Double
    package var warmupS: Double
    package var seed: UInt64
    package var plannedPps: Double

    /// What the run comes to.
    package enum Verdict: String, Codable, Sendable {
        case ok
        case failed
        case generatorBound = "generator_bound"
        case interrupted
    }

    /// One JSON object on one line, keys in alphabetical order.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The exit status that tells scripts the verdict.
    package var exitCode: Int32 {
        switch verdict {
        case .ok: ExitStatus.ok
        case .failed: ExitStatus.failed
        case .generatorBound: ExitStatus.generatorBound
        case .interrupted: ExitStatus.interrupted
        }
    }
}

/// Exit statuses of the command.
package enum ExitStatus {
    package static let ok: Int32 = 0
    /// Loss above what is allowed, corruption, or a probe without an answer.
    package static let failed: Int32 = 1
    /// The run could not be made.
    package static let couldNotRun: Int32 = 2
    /// The figures are the generator's own limit.
    package static let generatorBound: Int32 = 3
    /// Ended by a signal: 128 + SIGINT, as shells have it.
    package static let interrupted: Int32 = 130
}
