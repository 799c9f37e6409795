/// What a run does: how many players, how fast, how big, for how long.
package struct RunPlan: Sendable, Equatable {
    /// Which way the measured datagrams go.
    package enum Direction: String, CaseIterable, Sendable, Codable {
        /// Every client sends to its host, and the host sends as many back to every client.
        case both
        /// Clients to host only.
        case up
        /// Host to clients only.
        case down
    }

    /// Which IP version the players use.
    package enum Family: String, CaseIterable, Sendable, Codable {
        /// The version of the address that the API announces.
        case announced
        case ipv4
        case ipv6
        /// Hosts and clients alternate between both, so that sessions cross from one to the other.
        case mixed
    }

    /// What the players speak.
    package enum Wire: String, CaseIterable, Sendable, Codable {
        /// The relay protocol of the shipped game transports.
        case relay
    }

    package var wire = Wire.relay
    /// Sessions created for the run, 1 or more.
    package var sessions = 100
    /// Clients in each session beside its host, 1 … 65,535.
    package var clients = 8
    /// Datagrams per second of each client and direction, above 0.
    package var rate = 30.0
    /// Payload bytes of every datagram; see ``payloadSizes``.
    package var size = 120
    /// Time measured.
    package var duration = Duration.seconds(10)
    /// Time before it, at the same rate: verified, but left out of every figure.
    package var warmup = Duration.seconds(1)
    /// Longest wait for stragglers after the last planned datagram.
    package var drain = Duration.seconds(1)
    /// Longest wait until every player has joined.
    package var joinLimit = Duration.seconds(15)
    package var direction = Direction.both
    package var family = Family.announced
    /// Sending threads; `nil` chooses by rate. Sessions are dealt out to them whole.
    package var threads: Int?
    /// Moves every flow's phase within its period; the same seed gives the same schedule.
    package var seed: UInt64 = 1
    /// Delay of the generator's own sending or receiving (99th percentile) past which its figures say nothing of the relay.
    package var tolerance = Duration.milliseconds(5)
    /// Loss of measured datagrams, in percent, up to which a run is still a success.
    package var allowedLossPercent = 0.0

    package init() {}

    /// The payload sizes that a run can have: below, the payload's own header does not fit; above, the host's datagram
    /// with its 13-byte relay header would pass the 1200 bytes that game clients never exceed.
    package static let payloadSizes = PayloadHeader.size...1187

    /// Directions in which each client has a flow of its own: 1 or 2.
    package var flowsPerClient: Int { direction == .both ? 2 : 1 }

    /// Datagrams the generator plans to send in a second, all flows together.
    package var plannedPerSecond: Double { Double(sessions * clients * flowsPerClient) * rate }

    /// Threads the run uses: the ones asked for, never more than sessions.
    package func threadCount(cores: Int) -> Int {
        // One thread sends and receives about 65,000 datagrams a second on a small machine's core; a second thread
        // below that would only take a core from the relay.
        let wanted = threads ?? min(Int(plannedPerSecond / RunPlan.plannedPerThread) + 1, max(cores - 1, 1))
        return max(1, min(wanted, sessions))
    }

    /// Datagrams a second that one thread is given before another is started.
    package static let plannedPerThread = 60_000.0

    /// Throws for a plan that cannot be run, with the value and the range it must lie in.
    package func validate() throws(BenchError) {
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
        guard duration >= .milliseconds(100), duration <= .seconds(7 * 86_400) else {
            throw BenchError("--duration must be 100ms to 7d.")
        }
        guard warmup >= .zero, warmup <= .seconds(3600) else {
            throw BenchError("--warmup must be 0s to 1h.")
        }
        guard Schedule(self).measuredRounds >= 1 else {
            throw BenchError("--rate \(rate) sends nothing within --duration; make the run longer or the rate higher.")
        }
        guard allowedLossPercent >= 0, allowedLossPercent <= 100 else {
            throw BenchError("--allow-loss is \(allowedLossPercent); it must be 0 to 100 percent.")
        }
        if let threads, threads < 1 || threads > 256 {
            throw BenchError("--threads is \(threads); it must be 1 to 256.")
        }
    }
}
