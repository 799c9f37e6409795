internal import LinuxIO
internal import Synchronization

/// What the kernel dropped before any worker saw it. It counts full queues and its filter together for each socket, and full
/// queues alone for the whole network namespace: both together tell the two apart, as far as no other program's queues
/// overflow at the same time.
final class KernelLosses: Sendable {
    private struct State {
        var drops: UInt64
        var namespaceLosses: UInt64
        /// Losses of the namespace that no socket of ours has told yet: workers ask their sockets ten times a second.
        var untold: UInt64 = 0
        var totals = Totals()
    }

    struct Totals: Sendable, Equatable {
        var overflows: UInt64 = 0
        var filtered: UInt64 = 0
    }

    private let state: Mutex<State>
    private let filters: Bool

    /// - Parameters:
    ///   - drops: what the sockets have lost so far.
    ///   - filters: whether anything is filtered at all.
    init(drops: UInt64, filters: Bool, namespaceLosses: UInt64?) {
        self.filters = filters
        state = Mutex(State(drops: drops, namespaceLosses: namespaceLosses ?? 0))
    }

    /// What was lost since the start.
    /// - Parameters:
    ///   - drops: what the sockets have lost now.
    ///   - namespaceLosses: what the namespace's full queues have lost now; `nil` where nobody knows.
    func totals(drops: UInt64, namespaceLosses: UInt64?) -> Totals {
        state.withLock { state in
            let lost = drops &- state.drops
            state.drops = drops
            let elsewhere = namespaceLosses.map { $0 &- state.namespaceLosses }
            state.namespaceLosses = namespaceLosses ?? state.namespaceLosses
            guard filters, let elsewhere else {
                state.totals.overflows += lost
                return state.totals
            }
            let overflowed = min(lost, elsewhere + state.untold)
            // What stays untold for two looks was another program's.
            state.untold = min(elsewhere, elsewhere + state.untold - overflowed)
            state.totals.overflows += overflowed
            state.totals.filtered += lost - overflowed
            return state.totals
        }
    }
}
