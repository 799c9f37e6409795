internal import Glibc
internal import RelayCore
internal import Synchronization

/// How many workers still run.
final class RunningThreads: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    func leave() { count.withLock { $0 -= 1 } }

    /// Returns when none runs any more, or after a while.
    func wait(milliseconds: Int) {
        for _ in 0..<milliseconds where count.withLock({ $0 > 0 }) { usleep(1_000) }
    }
}

/// What each worker has taken over from the process before; the plane waits for all of them.
final class AdoptionCount: Sendable {
    private struct State {
        var waiting: Set<Int>
        var total = Adoption()
    }

    private let state: Mutex<State>

    init(_ workers: Int) { state = Mutex(State(waiting: Set(0..<workers))) }

    /// - Parameter adoption: empty from a worker that ended, whether it had told before or not.
    func add(_ adoption: Adoption, of worker: Int) {
        state.withLock { state in
            if state.waiting.remove(worker) != nil { state.total += adoption }
        }
    }

    func wait() -> Adoption {
        while state.withLock({ !$0.waiting.isEmpty }) { usleep(200) }
        return state.withLock { $0.total }
    }
}
