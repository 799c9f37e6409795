internal import Synchronization

// How large batches are, and how long datagrams stay.
extension CounterPage {
    @usableFromInline static var batchBuckets: Int { 7 }
    @usableFromInline static var latencyBuckets: Int { 14 }

    /// The most datagrams of a batch of each bucket.
    public static var batchBounds: [Int] { [1, 2, 4, 8, 16, 32, 64] }

    /// The longest time of each bucket, in nanoseconds; longer ones have a bucket of their own behind these.
    public static var latencyBounds: [UInt64] {
        [
            10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
            50_000_000, 100_000_000,
        ]
    }

    /// Counts a batch of 1 … 64 datagrams.
    @inlinable
    public func countBatch(_ size: Int) {
        bump(Self.batchSizes &+ (Int.bitWidth &- (size &- 1).leadingZeroBitCount), 1)
    }

    /// Counts how long a datagram stayed, in nanoseconds.
    public func countLatency(_ nanoseconds: UInt64) {
        // No table: a static one would be checked for its making with every look.
        let bucket =
            switch nanoseconds {
            case ...10_000: 0
            case ...25_000: 1
            case ...50_000: 2
            case ...100_000: 3
            case ...250_000: 4
            case ...500_000: 5
            case ...1_000_000: 6
            case ...2_500_000: 7
            case ...5_000_000: 8
            case ...10_000_000: 9
            case ...25_000_000: 10
            case ...50_000_000: 11
            case ...100_000_000: 12
            default: 13
            }
        bump(Self.latencies &+ bucket, 1)
        bump(Self.latencySum, nanoseconds)
    }

    /// How many batches there were, by `batchBounds`.
    public var batches: [UInt64] { histogram(Self.batchSizes, Self.batchBuckets) }

    /// How many datagrams stayed how long, by `latencyBounds` and beyond, and what all their times come to in nanoseconds.
    public var latencies: (buckets: [UInt64], sum: UInt64) {
        (histogram(Self.latencies, Self.latencyBuckets), cells[Self.latencySum].load(ordering: .relaxed))
    }

    private func histogram(_ first: Int, _ count: Int) -> [UInt64] {
        (first..<first + count).map { cells[$0].load(ordering: .relaxed) }
    }
}
