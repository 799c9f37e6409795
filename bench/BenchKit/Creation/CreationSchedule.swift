internal import Synchronization

/// Deals out the creates of a run to its connections, each with the time at which it is due.
///
/// With a rate the times are fixed before the first create: a slow answer delays none of them, and what has to wait
/// for a connection counts as latency. Without one, a create is due when a connection is free for it.
final class CreationSchedule: Sendable {
    /// Start of the run on the monotonic clock, in nanoseconds.
    let start: UInt64
    private let next = Atomic<UInt64>(0)
    private let rate: Double
    private let count: UInt64
    private let end: UInt64

    /// The schedule of a valid plan, from `start` on.
    init(_ plan: CreationPlan, start: UInt64) {
        self.start = start
        rate = plan.rate
        switch plan.length {
        case .count(let number): (count, end) = (UInt64(number), .max)
        case .duration(let duration): (count, end) = (.max, start + duration.inNanoseconds)
        }
    }

    /// When the next create is due, in nanoseconds on the monotonic clock; `nil` after the last one.
    func take(now: UInt64 = MonotonicClock.now()) -> UInt64? {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return nil }
        let due = rate > 0 ? start + UInt64(Double(index) * 1e9 / rate) : now
        return due < end ? due : nil
    }
}
