package import RelayCore

/// What the relay had done by a moment: all but the gauges counts since the daemon started.
package struct TrafficSample: Sendable, Equatable {
    /// Seconds of a clock that never jumps.
    package var clock: Double
    package var receivedDatagrams: UInt64 = 0
    /// Bytes are UDP payload.
    package var receivedBytes: UInt64 = 0
    /// Forwarded datagrams and answers.
    package var sentDatagrams: UInt64 = 0
    package var sentBytes: UInt64 = 0
    /// Lost in full receive queues.
    package var queueOverflows: UInt64 = 0
    /// Those that ever occurred.
    package var drops: [DropReason: UInt64] = [:]
    /// Alive at that moment.
    package var sessions = 0
    package var users = 0
    /// Of the users who are heard, of 100 sessions at most, milliseconds; `nil` where nobody is measured.
    package var jitterMedian: Double?
    package var jitterHigh: Double?
    /// Of the PINGs that were due from them, the share that did not arrive, 0 … 1.
    package var missed: Double?

    package init(clock: Double) { self.clock = clock }
}

/// The last hour of the relay, one sample every ten seconds; older ones are overwritten.
package actor TrafficHistory {
    package static let interval = Duration.seconds(10)
    /// An hour has so many intervals, and one sample more.
    package static let capacity = 361

    private var ring: [TrafficSample] = []
    /// Where the oldest sample is, once the ring is full.
    private var oldest = 0

    package init() {}

    /// Oldest first.
    package var samples: [TrafficSample] { Array(ring[oldest...] + ring[..<oldest]) }

    package func record(_ sample: TrafficSample) {
        guard ring.count == Self.capacity else { return ring.append(sample) }
        ring[oldest] = sample
        oldest = (oldest + 1) % Self.capacity
    }

    /// Takes a sample now and then every ten seconds, until the task is cancelled.
    package func run(_ take: @Sendable () async -> TrafficSample) async throws {
        var next = ContinuousClock.now
        while true {
            record(await take())
            // A machine that was suspended does not make up for what it missed.
            next = max(next + Self.interval, .now)
            try await Task.sleep(until: next, clock: .continuous)
        }
    }
}
