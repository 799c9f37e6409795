internal import Dispatch

/// Runs an actor on a thread of its own instead of the shared pool, which waiting for the disk would starve.
///
/// Jobs run in the order in which they arrive; the store's group commit relies on it.
final class SerialQueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
