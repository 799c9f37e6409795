internal import Histogram

extension RunPlan {
    /// Whether a loss is the forwarder's failure: a flood and a search are meant to lose.
    var judgesLoss: Bool { !flood && !findsLossFree }
}

extension RunReport {
    /// How much more than what arrived a flood must have sent, or the generator may have been the limit.
    private static let floodMargin = 1.03

    /// The percentiles of ``latencyCurve``.
    private static let curvePercentiles = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100]

    static func percentile(_ percentile: Double, of histogram: Histogram<UInt64>) -> UInt64 {
        guard histogram.totalCount > 0 else { return 0 }
        // A percentile is the upper end of its bucket, which may lie above the largest value in it.
        return min(histogram.valueAtPercentile(percentile), histogram.maxRecorded)
    }

    static func curve(of histogram: Histogram<UInt64>) -> [[Double]] {
        guard histogram.totalCount > 0 else { return [] }
        return curvePercentiles.map { [$0, Double(percentile($0, of: histogram))] }
    }

    /// Everything by which the generator spoilt the run, in words; empty for a run that says something of the relay.
    static func generatorFaults(plan: RunPlan, tally: Tally) -> [String] {
        var reasons: [String] = []
        if plan.flood {
            if let reason = floodFault(tally) { reasons.append(reason) }
        } else if let search = tally.search {
            if let limit = search.generatorLimit {
                reasons.append(
                    "it could not send \(grouped(UInt64(limit.rounded())))/s without falling behind, so more may be lossless"
                )
            }
        } else {
            reasons += delays(plan: plan, tally: tally)
        }
        if tally.socketDrops > 0 {
            reasons.append("its own sockets overflowed: \(tally.socketDrops) datagrams dropped")
        }
        if tally.unsent > 0, plan.judgesLoss {
            reasons.append("the kernel took \(tally.unsent) of its datagrams not at all")
        }
        return reasons
    }

    private static func delays(plan: RunPlan, tally: Tally) -> [String] {
        let limit = plan.tolerance.inNanoseconds / 1000
        let lateness = percentile(99, of: tally.lateness)
        let lag = percentile(99, of: tally.receiveLag)
        var reasons: [String] = []
        if lateness > limit { reasons.append("it sent late: p99 \(lateness) us, tolerance \(limit) us") }
        if lag > limit { reasons.append("it read late: p99 \(lag) us, tolerance \(limit) us") }
        return reasons
    }

    private static func floodFault(_ tally: Tally) -> String? {
        guard Double(tally.sent) < Double(tally.delivered) * floodMargin else { return nil }
        return """
            it sent \(grouped(tally.sent)) datagrams of which \(grouped(tally.delivered)) arrived, less than 3 % more \
            than the forwarder could take
            """
    }
}
