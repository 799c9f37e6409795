import Synchronization

/// A place in the code under test where a task waits until the test lets it go on.
final class Checkpoint: Sendable {
    private struct State {
        var isOpen = false
        var hasArrived = false
        var held: [CheckedContinuation<Void, Never>] = []
        var observers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// The code under test stands here until `open`.
    func pass() async {
        await withCheckedContinuation { continuation in
            let (goesOn, observers) = state.withLock { state in
                state.hasArrived = true
                defer { state.observers = [] }
                if !state.isOpen { state.held.append(continuation) }
                return (state.isOpen, state.observers)
            }
            for observer in observers { observer.resume() }
            if goesOn { continuation.resume() }
        }
    }

    /// Waits until a task stands (or has passed) here.
    func reached() async {
        await withCheckedContinuation { continuation in
            let hasArrived = state.withLock { state in
                if !state.hasArrived { state.observers.append(continuation) }
                return state.hasArrived
            }
            if hasArrived { continuation.resume() }
        }
    }

    /// Lets everybody pass from now on.
    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }
}
