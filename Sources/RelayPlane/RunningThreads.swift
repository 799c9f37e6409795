internal import Glibc
internal import RelayCore
internal import Synchronization

/// How many workers still run.
final class RunningThreads: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    func leave() { count.withLock { $0 -= 1 } }

    /// Returns when none runs any more, or after a while: then false.
    func wait(milliseconds: Int) -> Bool {
        for _ in 0..<milliseconds where count.withLock({ $0 > 0 }) { usleep(1_000) }
        return count.withLock { $0 == 0 }
    }
}
