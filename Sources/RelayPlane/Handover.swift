internal import Glibc
internal import RelayCore
internal import Synchronization

/// The moment when tables change hands: every worker takes over its part, the plane waits for all of them and has the new
/// tables kept, and only then does a worker read its first datagram. So what happens to a datagram is never written into
/// tables that a crash would lose.
final class Handover: Sendable {
    private struct State {
        var former: [TableFile]
        var waiting: Set<Int>
        var hasFailed = false
        var total = Adoption()
        /// Whether workers begin to listen at once; `nil` until that is known.
        var listens: Bool?
    }

    private let state: Mutex<State>

    init(_ workers: Int, from former: [TableFile]) {
        state = Mutex(State(former: former, waiting: Set(0..<workers)))
    }

    /// The tables of the process before, until all have taken over.
    var former: [TableFile] { state.withLock { $0.former } }

    /// A worker has taken over its part.
    func finish(_ worker: Int, _ adoption: Adoption) {
        state.withLock { state in
            state.waiting.remove(worker)
            state.total += adoption
        }
    }

    /// A worker has ended. Before it took over its part, that part is lost to this process.
    func leave(_ worker: Int) {
        state.withLock { state in
            if state.waiting.remove(worker) != nil { state.hasFailed = true }
        }
    }

    /// Waits for every worker.
    /// - Returns: what they took over; `nil` where one could not.
    func wait() -> Adoption? {
        while state.withLock({ !$0.waiting.isEmpty }) { usleep(200) }
        return state.withLock { state in
            state.former = []
            return state.hasFailed ? nil : state.total
        }
    }

    /// Lets the workers go on.
    /// - Parameter listening: whether they read from now on, or wait for the stored sessions.
    func release(listening: Bool) {
        state.withLock { $0.listens = listening }
    }

    /// Waits for `release` and returns what it said.
    func waitForRelease() -> Bool {
        while true {
            if let listens = state.withLock({ $0.listens }) { return listens }
            usleep(100)
        }
    }
}
