/// Work that nobody waits for: each job once in the queue however often it is asked for, a bounded number at a time,
/// and what failed again when there is hope.
struct Backlog<Job: Hashable & Sendable>: Sendable {
    /// How many jobs may run at a time.
    let limit: Int
    private var queue: [Job] = []
    private var head = 0
    private var queued: Set<Job> = []
    private var stalled: Set<Job> = []
    private var running = 0

    init(limit: Int) { self.limit = limit }

    /// Whether nothing waits, runs or has failed.
    var isEmpty: Bool { queued.isEmpty && stalled.isEmpty && running == 0 }

    /// Asks for a job; one that waits already is not queued twice, one that runs is run again afterwards.
    mutating func add(_ job: Job) {
        stalled.remove(job)
        if queued.insert(job).inserted { queue.append(job) }
    }

    /// Keeps a job that failed for the next `retryStalled`.
    mutating func stall(_ job: Job) {
        if !queued.contains(job) { stalled.insert(job) }
    }

    /// Drops a job that failed: somebody else has done it.
    mutating func settle(_ job: Job) { stalled.remove(job) }

    /// Queues again what failed.
    mutating func retryStalled() {
        let jobs = stalled
        for job in jobs { add(job) }
    }

    /// The next job to start, where one waits and the limit allows; say `finished` when it is done.
    mutating func start() -> Job? {
        guard running < limit, head < queue.count else { return nil }
        let job = queue[head]
        head += 1
        if head > 256, head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
        queued.remove(job)
        running += 1
        return job
    }

    /// A started job is done; `succeeded` or to be tried again.
    mutating func finished(_ job: Job, succeeded: Bool) {
        running -= 1
        if !succeeded { stall(job) }
    }
}
