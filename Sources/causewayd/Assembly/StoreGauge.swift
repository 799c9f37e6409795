import Synchronization

/// How full the service manager's descriptor store is: the manager does not say when it refuses one.
final class StoreGauge: Sendable {
    private struct State {
        var names: Set<String>
        var isTold = false
    }

    private let capacity: Int?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - capacity: descriptors that fit; `nil` where nobody knows.
    ///   - names: of those in it; ones without a name of their own come from socket units and are not in the store.
    init(capacity: Int?, names: [String]) {
        self.capacity = capacity
        state = Mutex(State(names: Set(names.filter { $0.contains("-") })))
    }

    /// Counts one more.
    /// - Returns: the capacity, the first time that it is exceeded, and again once there was room.
    func add(_ name: String) -> Int? {
        guard let capacity else { return nil }
        return state.withLock { state in
            state.names.insert(name)
            guard state.names.count > capacity, !state.isTold else { return nil }
            state.isTold = true
            return capacity
        }
    }

    /// Counts one less.
    func remove(_ name: String) {
        guard let capacity else { return }
        state.withLock { state in
            state.names.remove(name)
            // Not at once: at the limit every session that comes and goes would be told.
            if state.names.count < capacity - capacity / 10 { state.isTold = false }
        }
    }
}
