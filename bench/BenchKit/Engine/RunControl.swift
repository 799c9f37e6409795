import Synchronization

/// What the run tells its threads, and the one way to end a run early.
package final class RunControl: Sendable {
    /// Start of the schedule on the monotonic clock, in nanoseconds; 0 while players still join.
    let start = Atomic<UInt64>(0)
    private let interrupted = Atomic<Bool>(false)
    private let abandoned = Atomic<Bool>(false)

    package init() {}

    /// Ends the run: nothing more is sent, sessions are deleted, and what was measured so far is reported.
    package func interrupt() { interrupted.store(true, ordering: .relaxed) }

    /// Whether ``interrupt()`` was called.
    package var isInterrupted: Bool { interrupted.load(ordering: .relaxed) }

    /// Ends the threads because the run has failed.
    func abandon() { abandoned.store(true, ordering: .relaxed) }

    /// Whether nothing more is to be sent.
    var isStopped: Bool { isInterrupted || abandoned.load(ordering: .relaxed) }
}

/// What one thread tells the run while it works. Only that thread writes.
final class ShardStatus: Sendable {
    let hostsAccepted = Atomic<Int>(0)
    let clientsJoined = Atomic<Int>(0)
    /// All of its players have joined, and their sockets are filtered where the run is sampled.
    let isPrepared = Atomic<Bool>(false)
    let refused = Atomic<UInt64>(0)
    /// The last error code with which a server refused a client's set-up; 0 for none.
    let setupError = Atomic<Int>(0)
    /// The `errno` with which the kernel refused a filter; 0 for none.
    let filterError = Atomic<Int>(0)
    let sent = Atomic<UInt64>(0)
    let delivered = Atomic<UInt64>(0)
    let violations = Atomic<UInt64>(0)
}
