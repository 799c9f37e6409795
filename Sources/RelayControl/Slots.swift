internal import Synchronization

/// So many may do something at a time; those that wait go in the order in which they came.
final class Slots: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        var head = 0
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Waits for a slot. Has to be matched by `give`.
    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Gives a slot to whoever waits longest.
    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.head < state.waiting.count else {
                state.free += 1
                return nil
            }
            defer {
                state.head += 1
                if state.head == state.waiting.count { (state.waiting, state.head) = ([], 0) }
            }
            return state.waiting[state.head]
        }
        next?.resume()
    }
}
