internal import LinuxIO
internal import Synchronization

/// What the kernel dropped before any worker saw it. It counts full queues and its filter together for each socket, and full
/// queues alone for the whole network namespace: both together tell the two apart, as far as no other program's queues
/// overflow at the same time.
final class KernelLosses: Sendable {
    private struct State {
        /// What the sockets had lost when it was last looked.
        var drops: UInt64 = 0
        /// What the namespace had lost then; `nil` before that could be read.
        var namespaceLosses: UInt64?
        /// Losses of the namespace in the last looks that no socket of ours has told yet, the newest first: workers ask some
        /// of their sockets ten times a second. What is older was another program's.
        var untold: [UInt64] = []
        var totals = Totals()
        /// When it was last looked, milliseconds.
        var lookedAt: UInt64 = 0
    }

    struct Totals: Sendable, Equatable {
        var overflows: UInt64 = 0
        var filtered: UInt64 = 0
    }

    /// Milliseconds between two looks.
    private static let pause: UInt64 = 500
    /// Looks for which a loss of the namespace may stay untold.
    private static let patience = 4

    private let state = Mutex(State())
    private let filters: Bool

    /// - Parameter filters: whether anything is filtered at all.
    init(filters: Bool) {
        self.filters = filters
    }

    /// Counts from now on.
    /// - Parameters:
    ///   - drops: what the sockets have lost so far.
    ///   - namespaceLosses: what the namespace's full queues have lost so far; `nil` where nobody knows.
    func begin(now: UInt64, drops: UInt64, namespaceLosses: UInt64?) {
        state.withLock { $0 = State(drops: drops, namespaceLosses: namespaceLosses, lookedAt: now) }
    }

    /// Datagrams that sockets had lost before anybody listened: nothing was filtered then.
    func noteBacklog(_ count: UInt64) {
        state.withLock { state in
            state.drops &+= count
            state.totals.overflows &+= count
        }
    }

    /// What was lost since the start, as of half a second ago at most.
    /// - Parameters:
    ///   - drops: tells what the sockets have lost.
    ///   - namespaceLosses: tells what the namespace's full queues have lost; `nil` where nobody knows.
    func totals(now: UInt64, drops: () -> UInt64, namespaceLosses: () -> UInt64?) -> Totals {
        state.withLock { state in
            guard now >= state.lookedAt, now - state.lookedAt >= Self.pause else { return state.totals }
            state.lookedAt = now
            // The sockets first: what the namespace has lost since is told with the next look.
            let drops = drops()
            look(&state, drops: drops, namespaceLosses: filters ? namespaceLosses() : nil)
            return state.totals
        }
    }

    private func look(_ state: inout State, drops: UInt64, namespaceLosses: UInt64?) {
        var lost = Self.growth(from: state.drops, to: drops)
        state.drops = max(state.drops, drops)
        let elsewhere = namespaceLosses.map { Self.growth(from: state.namespaceLosses ?? $0, to: $0) }
        state.namespaceLosses = namespaceLosses ?? state.namespaceLosses
        guard filters, let elsewhere else {
            state.totals.overflows &+= lost
            return
        }
        state.untold = Array(([elsewhere] + state.untold).prefix(Self.patience))
        for index in state.untold.indices.reversed() {
            let told = min(lost, state.untold[index])
            state.untold[index] -= told
            state.totals.overflows &+= told
            lost -= told
        }
        state.totals.filtered &+= lost
    }

    /// The kernel's counters only grow; where one does not, it began anew.
    private static func growth(from earlier: UInt64, to now: UInt64) -> UInt64 {
        now >= earlier ? now - earlier : 0
    }
}
