import Foundation
import Histogram
import Testing

@testable import BenchKit

@Suite("Report")
struct RunReportTests {
    private func tally(_ change: (inout Tally) -> Void = { _ in }) -> Tally {
        var tally = Tally()
        tally.sent = 1000
        tally.delivered = 1000
        for _ in 0..<1000 {
            tally.latency.record(100)
            tally.lateness.record(10)
            tally.receiveLag.record(5)
        }
        change(&tally)
        return tally
    }

    private func report(
        isInterrupted: Bool = false,
        allowedLoss: Double = 0,
        _ tally: Tally,
        _ change: (inout RunPlan) -> Void = { _ in }
    ) -> RunReport {
        var plan = RunPlan()
        plan.allowedLossPercent = allowedLoss
        change(&plan)
        return RunReport(
            plan: plan,
            tally: tally,
            threads: 1,
            isInterrupted: isInterrupted,
            measuredSeconds: 10,
            sendingSeconds: 11
        )
    }

    @Test("The JSON object has the promised names, on one line")
    func shape() throws {
        let json = try report(tally()).json()
        #expect(!json.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let promised = [
            "sent", "delivered", "lost", "corrupt", "p50_us", "p99_us", "pps", "duplicates", "misrouted",
            "wrong_connection_id", "unexpected", "reordered", "p90_us", "p999_us", "max_us", "late_p99_us", "valid",
            "invalid_reason", "sessions", "clients", "rate", "size", "duration_s", "ping_replies", "pings_sent",
            "loss_percent", "verdict", "receive_lag_p99_us", "socket_drops", "threads", "generator_cpu_percent",
            "wire", "flood", "sample", "order", "burst", "offered_pps", "forwarder_cpu_ns",
            "forwarder_cpu_ns_per_datagram", "loss_free_pps", "latency_curve",
            "refused", "longest_gap_ms",
        ]
        for name in promised { #expect(object[name] != nil, "\(name)") }
        #expect(object["sent"] as? Int == 1000)
        #expect(object["pps"] as? Double == 100)
        #expect(object["p99_us"] as? Int == 100)
        #expect(object["valid"] as? Bool == true)
        #expect(object["verdict"] as? String == "ok")
        #expect(object["duration_s"] as? Double == 10)
    }

    @Test("The longest gap is the longest of all threads, in the text too")
    func longestGap() {
        var first = tally { $0.longestGap = 31_260_000 }
        first.add(tally { $0.longestGap = 7_000_000 })
        #expect(report(first).longestGapMs == 31.3)
        #expect(report(first).text().contains("longest gap between two deliveries of a flow: 31.3 ms"))
    }

    /// Something that went wrong, and the words that must tell it.
    struct Mishap: Sendable, CustomTestStringConvertible {
        let words: String
        let happen: @Sendable (inout Tally) -> Void

        var testDescription: String { words }
    }

    private static let violations = [
        Mishap(words: "corrupt") { $0.corrupt = 1 },
        Mishap(words: "misrouted") { $0.misrouted = 1 },
        Mishap(words: "wrong id") { $0.wrongConnectionID = 1 },
        Mishap(words: "duplicates") { $0.duplicates = 1 },
        Mishap(words: "unexpected") { $0.unexpected = 1 },
        Mishap(words: "wrong pings") { $0.keepAlivesNotValid = 1 },
    ]

    @Test("Every kind of wrong datagram fails the run, even where the generator was slow", arguments: violations)
    func violation(_ violation: Mishap) {
        let failed = report(tally(violation.happen))
        #expect(failed.exitCode == 1)
        #expect(failed.text().contains("FAILED"))
        #expect(failed.text().contains(violation.words))
        let slow = report(
            tally {
                violation.happen(&$0)
                $0.socketDrops = 1
            }
        )
        #expect(slow.exitCode == 1)
        #expect(!slow.valid)
    }

    @Test("Loss fails a run unless it is allowed, or the generator may have caused it")
    func loss() {
        let lossy = tally { $0.delivered = 990 }
        #expect(report(lossy).exitCode == 1)
        #expect(report(lossy).lossPercent == 1)
        #expect(report(allowedLoss: 1, lossy).exitCode == 0)
        #expect(report(allowedLoss: 0.9, lossy).exitCode == 1)
        let overflowed = tally {
            $0.delivered = 990
            $0.socketDrops = 10
        }
        #expect(report(overflowed).exitCode == 3)
    }

    private static let generatorFaults = [
        Mishap(words: "sent late") { for _ in 0..<20 { $0.lateness.record(6000) } },
        Mishap(words: "read late") { for _ in 0..<20 { $0.receiveLag.record(6000) } },
        Mishap(words: "overflowed") { $0.socketDrops = 1 },
        Mishap(words: "kernel took") { $0.unsent = 1 },
    ]

    @Test("Each fault of the generator makes a run invalid and is named", arguments: generatorFaults)
    func generatorFault(_ fault: Mishap) {
        let report = report(tally(fault.happen))
        #expect(!report.valid)
        #expect(report.invalidReason.contains(fault.words))
        #expect(report.exitCode == 3)
    }

    @Test("A few late datagrams below the 99th percentile leave a run valid")
    func fewLate() {
        let report = report(tally { for _ in 0..<5 { $0.lateness.record(50_000) } })
        #expect(report.valid)
        #expect(report.lateMaxUs == 50_000)
    }

    @Test("The latency curve has a pair for each percentile and never falls")
    func curve() {
        let report = report(
            tally { tally in
                for value in 1...5000 as ClosedRange<UInt64> { tally.latency.record(value) }
            }
        )
        #expect(
            report.latencyCurve.map { $0[0] } == [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100]
        )
        for (pair, next) in zip(report.latencyCurve, report.latencyCurve.dropFirst()) { #expect(pair[1] <= next[1]) }
        #expect(report.latencyCurve.first?[1] == 1)
        #expect(report.latencyCurve.last?[1] == 5000)
        #expect(report.latencyCurve.last?[1] == Double(report.maxUs))
        #expect(self.report(Tally()).latencyCurve.isEmpty)
    }

    @Test("A flood is a success where it sent 3 % more than arrived, and names the generator otherwise")
    func flood() {
        func flood(delivered: UInt64, _ change: (inout Tally) -> Void = { _ in }) -> RunReport {
            report(
                tally {
                    $0.sent = 103_000
                    $0.delivered = delivered
                    // No fault of a generator that sends all that the kernel takes.
                    $0.unsent = 5
                    change(&$0)
                },
                { $0.flood = true }
            )
        }
        #expect(flood(delivered: 100_000).verdict == .ok)
        #expect(flood(delivered: 100_000).valid)
        #expect(flood(delivered: 100_000).offeredPps == 10_300)
        #expect(flood(delivered: 100_001).verdict == .generatorBound)
        #expect(flood(delivered: 100_001).invalidReason.contains("less than 3 % more"))
        #expect(flood(delivered: 100_000) { $0.corrupt = 1 }.verdict == .failed)
        #expect(flood(delivered: 0) { $0.sent = 0 }.verdict == .failed)
        #expect(flood(delivered: 100_000).text().contains("the forwarder was the bottleneck"))
    }

    @Test("A search reports its rate and may lose; a generator that gave out first makes it invalid")
    func search() {
        var search = LossFreeSearch()
        search.note(.lossless)
        var lossy = tally { $0.delivered = 900 }
        lossy.search = search
        let good = report(lossy) { $0.findsLossFree = true }
        #expect(good.lossFreePps == 20_000)
        #expect(good.verdict == .ok)
        search.note(.generatorLate)
        search.note(.generatorLate)
        lossy.search = search
        let bound = report(lossy) { $0.findsLossFree = true }
        #expect(bound.lossFreePps == 20_000)
        #expect(bound.verdict == .generatorBound)
        #expect(bound.invalidReason.contains("24,000/s"))
    }

    @Test("Processor time is divided by what arrived while it was spent")
    func processorTime() {
        let watched = report(
            tally {
                $0.forwarderNanoseconds = 1_000_000
                $0.windowArrivals = 800
            }
        )
        #expect(watched.forwarderCpuNs == 1_000_000)
        #expect(watched.forwarderCpuNsPerDatagram == 1250)
        #expect(report(tally()).forwarderCpuNsPerDatagram == 0)
    }

    @Test("A run that sent nothing is no success")
    func nothingSent() {
        #expect(report(Tally()).exitCode == 1)
        #expect(report(isInterrupted: true, Tally()).exitCode == 130)
    }

    @Test("Figures of several threads add up, histograms included")
    func addition() {
        var sum = tally()
        sum.add(tally { $0.latency.record(900) })
        let report = report(sum)
        #expect(report.sent == 2000)
        #expect(report.maxUs == 900)
        #expect(report.p50Us == 100)
    }

    @Test("Numbers are grouped and rounded for readers")
    func numbers() {
        #expect(RunReport.grouped(0) == "0")
        #expect(RunReport.grouped(999) == "999")
        #expect(RunReport.grouped(1000) == "1,000")
        #expect(RunReport.grouped(1_234_567) == "1,234,567")
        #expect(RunReport.decimal(0.00019, places: 4) == "0.0002")
        #expect(RunReport.decimal(12.5, places: 2) == "12.50")
        #expect(RunReport.short(30) == "30")
        #expect(RunReport.short(0.5) == "0.5")
    }
}
