/// Who waits for which session: one holder a key, the others in the order in which they came. Lives inside an actor,
/// which makes each step atomic.
struct KeyedLock: Sendable {
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    /// Takes the lock when nobody holds it.
    mutating func tryEnter(_ key: String) -> Bool {
        guard waiting[key] == nil else { return false }
        waiting[key] = []
        return true
    }

    /// Queues behind the holder; the continuation resumes as the new holder.
    mutating func wait(for key: String, _ continuation: CheckedContinuation<Void, Never>) {
        waiting[key, default: []].append(continuation)
    }

    /// Hands the lock to the first who waits, or frees it.
    mutating func leave(_ key: String) {
        guard let first = waiting[key]?.first else {
            waiting[key] = nil
            return
        }
        waiting[key]?.removeFirst()
        first.resume()
    }
}
