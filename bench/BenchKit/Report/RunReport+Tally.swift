internal import Histogram

extension RunReport {
    /// Draws the report from what all threads saw.
    ///
    /// - Parameter measuredSeconds: the measured time that passed, shorter than planned where the run was interrupted.
    init(
        plan: RunPlan,
        tally: Tally,
        threads: Int,
        isInterrupted: Bool,
        measuredSeconds: Double,
        sendingSeconds: Double
    ) {
        let lost = tally.sent - min(tally.sent, tally.delivered)
        let lossPercent = tally.sent == 0 ? 0 : 100 * Double(lost) / Double(tally.sent)
        let reasons = RunReport.generatorFaults(plan: plan, tally: tally)
        valid = reasons.isEmpty && !isInterrupted
        invalidReason = (reasons + (isInterrupted ? ["interrupted before its end"] : [])).joined(separator: "; ")
        verdict = RunReport.verdict(
            hasViolations: tally.violations > 0,
            hasLoss: tally.sent == 0 || (plan.judgesLoss && lossPercent > plan.allowedLossPercent),
            isGeneratorBound: !reasons.isEmpty,
            isInterrupted: isInterrupted
        )

        sent = tally.sent
        delivered = tally.delivered
        self.lost = lost
        self.lossPercent = lossPercent
        allowedLossPercent = plan.allowedLossPercent
        corrupt = tally.corrupt
        misrouted = tally.misrouted
        wrongConnectionId = tally.wrongConnectionID
        duplicates = tally.duplicates
        unexpected = tally.unexpected
        reordered = tally.reordered
        tooOld = tally.tooOld
        refused = tally.refused
        warmupSent = tally.warmupSent
        warmupLost = tally.warmupSent - min(tally.warmupSent, tally.warmupDelivered)
        pingsSent = tally.keepAlivesSent
        pingReplies = tally.keepAliveAnswers
        pingRepliesNotValid = tally.keepAlivesNotValid

        p50Us = RunReport.percentile(50, of: tally.latency)
        p90Us = RunReport.percentile(90, of: tally.latency)
        p99Us = RunReport.percentile(99, of: tally.latency)
        p999Us = RunReport.percentile(99.9, of: tally.latency)
        maxUs = tally.latency.maxRecorded
        meanUs = tally.latency.totalCount == 0 ? 0 : (tally.latency.mean * 10).rounded() / 10
        latencyCurve = RunReport.curve(of: tally.latency)
        longestGapMs = (Double(tally.longestGap) / 1e5).rounded() / 10
        pps = measuredSeconds > 0 ? (Double(tally.delivered) / measuredSeconds).rounded() : 0
        offeredPps = measuredSeconds > 0 ? (Double(tally.sent) / measuredSeconds).rounded() : 0
        lossFreePps = (tally.search?.best ?? 0).rounded()
        forwarderCpuNs = tally.forwarderNanoseconds
        forwarderCpuNsPerDatagram =
            tally.windowArrivals > 0
            ? (Double(tally.forwarderNanoseconds) / Double(tally.windowArrivals) * 10).rounded() / 10 : 0

        lateP50Us = RunReport.percentile(50, of: tally.lateness)
        lateP99Us = RunReport.percentile(99, of: tally.lateness)
        lateMaxUs = tally.lateness.maxRecorded
        receiveLagP50Us = RunReport.percentile(50, of: tally.receiveLag)
        receiveLagP99Us = RunReport.percentile(99, of: tally.receiveLag)
        receiveLagMaxUs = tally.receiveLag.maxRecorded
        unsent = tally.unsent
        socketDrops = tally.socketDrops
        generatorCpuPercent =
            sendingSeconds > 0 ? (Double(tally.processorNanoseconds) / sendingSeconds / 1e6).rounded() / 10 : 0
        self.threads = threads

        wire = plan.wire
        flood = plan.flood
        sample = plan.sample
        order = plan.order
        burst = plan.burst
        sessions = plan.sessions
        clients = plan.clients
        rate = plan.rate
        size = plan.size
        direction = plan.direction
        family = plan.family
        durationS = (measuredSeconds * 1000).rounded() / 1000
        warmupS = plan.warmup.inSeconds
        seed = plan.seed
        plannedPps = plan.plannedPerSecond
    }

    private static func verdict(
        hasViolations: Bool,
        hasLoss: Bool,
        isGeneratorBound: Bool,
        isInterrupted: Bool
    ) -> Verdict {
        // No slowness of the generator explains a wrong byte; it may well explain a loss.
        if hasViolations { return .failed }
        if isInterrupted { return .interrupted }
        if isGeneratorBound { return .generatorBound }
        return hasLoss ? .failed : .ok
    }
}
