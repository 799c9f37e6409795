extension RunPlan {
    /// Longest duration and warm-up together of a run over TURN: an allocation lives for 10 minutes unless refreshed
    /// (RFC 8656, section 3.2), and nothing here refreshes one.
    package static let longestTurnRun = Duration.seconds(480)

    /// Throws for a plan that cannot be run, with the value and the range it must lie in.
    package func validate() throws(BenchError) {
        try validateLoad()
        try validateTimes()
        try validateMethod()
    }

    private func validateLoad() throws(BenchError) {
        guard sessions >= 1, sessions <= 1_000_000 else {
            throw BenchError("--sessions is \(sessions); it must be 1 to 1000000.")
        }
        guard clients >= 1, clients < 65_536 else {
            throw BenchError("--clients is \(clients); it must be 1 to 65535 (beside the host, which is not counted).")
        }
        guard rate > 0, rate <= 1_000_000 else {
            throw BenchError(
                "--rate is \(rate); it must be above 0 and at most 1000000 datagrams per second and client."
            )
        }
        guard RunPlan.payloadSizes.contains(size) else {
            throw BenchError(
                """
                --size is \(size); it must be \(RunPlan.payloadSizes.lowerBound) to \(RunPlan.payloadSizes.upperBound) bytes: \
                every payload carries \(PayloadHeader.size) bytes that say where it belongs, and no game datagram \
                is longer than 1200 bytes with its relay header.
                """
            )
        }
        guard burst >= 1, burst <= 1024 else {
            throw BenchError("--burst is \(burst); it must be 1 to 1024 datagrams.")
        }
        guard allowedLossPercent >= 0, allowedLossPercent <= 100 else {
            throw BenchError("--allow-loss is \(allowedLossPercent); it must be 0 to 100 percent.")
        }
        if let threads, threads < 1 || threads > 256 {
            throw BenchError("--threads is \(threads); it must be 1 to 256.")
        }
    }

    private func validateTimes() throws(BenchError) {
        guard duration >= .milliseconds(100), duration <= .seconds(7 * 86_400) else {
            throw BenchError("--duration must be 100ms to 7d.")
        }
        guard warmup >= .zero, warmup <= .seconds(3600) else {
            throw BenchError("--warmup must be 0s to 1h.")
        }
        if wire == .turn, duration + warmup > RunPlan.longestTurnRun {
            throw BenchError(
                """
                --duration and --warmup are \(RunReport.short((duration + warmup).inSeconds)) s together; with --wire turn \
                they must be 8 minutes at most, since TURN allocations live for 10 and are not refreshed here.
                """
            )
        }
        guard flood || findsLossFree || Schedule(self).measuredRounds >= 1 else {
            throw BenchError(
                burst == 1
                    ? "--rate \(rate) sends nothing within --duration; make the run longer or the rate higher."
                    : "--rate \(rate) has no turn of --burst \(burst) within --duration; make the run longer."
            )
        }
    }

    private func validateMethod() throws(BenchError) {
        guard sample >= 1, sample <= 1_000_000 else {
            throw BenchError("--sample is \(sample); it must be 1 (read everything) to 1000000.")
        }
        guard !together || ((flood || findsLossFree) && wire == .relay) else {
            throw BenchError("--together goes with --flood or --find-loss-free, and with --wire relay.")
        }
        guard !(flood && findsLossFree) else {
            throw BenchError("--flood sends without a rate and --find-loss-free looks for one; use one of them.")
        }
        if findsLossFree, let threads, threads > 1 {
            throw BenchError("--find-loss-free works with one thread; leave --threads \(threads) out.")
        }
        guard wire == .relay || family == .announced else {
            throw BenchError(
                "--family \(family.rawValue) needs --wire relay; the other wires are IPv4 on this machine."
            )
        }
        if let watchedProcess, ProcessorTime.ofProcess(watchedProcess) == nil {
            throw BenchError("--watch-pid \(watchedProcess) is no process here that may be watched.")
        }
    }
}
