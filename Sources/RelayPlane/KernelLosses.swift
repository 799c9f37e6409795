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
        /// When it was last looked, milliseconds.
        var lookedAt: UInt64
    }

    struct Totals: Sendable, Equatable {
        var overflows: UInt64 = 0
        var filtered: UInt64 = 0
    }

    /// Milliseconds between two looks, so that every worker has asked its sockets in between.
    private static let pause: UInt64 = 500

    private let state: Mutex<State>
    private let filters: Bool

    /// - Parameters:
    ///   - drops: what the sockets have lost so far.
    ///   - filters: whether anything is filtered at all.
    init(drops: UInt64, filters: Bool, namespaceLosses: UInt64?, now: UInt64) {
        self.filters = filters
        state = Mutex(State(drops: drops, namespaceLosses: namespaceLosses ?? 0, lookedAt: now))
    }

    /// What was lost since the start, as of half a second ago at most.
    /// - Parameters:
    ///   - drops: tells what the sockets have lost.
    ///   - namespaceLosses: tells what the namespace's full queues have lost; `nil` where nobody knows.
    func totals(now: UInt64, drops: () -> UInt64, namespaceLosses: () -> UInt64?) -> Totals {
        state.withLock { state in
            guard now &- state.lookedAt >= Self.pause else { return state.totals }
            state.lookedAt = now
            // The sockets first: what the namespace has lost since is told with the next look.
            look(&state, drops: drops(), namespaceLosses: namespaceLosses())
            return state.totals
        }
    }

    private func look(_ state: inout State, drops: UInt64, namespaceLosses: UInt64?) {
        let lost = Self.growth(from: state.drops, to: drops)
        state.drops = drops
        let elsewhere = namespaceLosses.map { Self.growth(from: state.namespaceLosses, to: $0) }
        state.namespaceLosses = namespaceLosses ?? state.namespaceLosses
        guard filters, let elsewhere else {
            state.totals.overflows &+= lost
            return
        }
        let candidates = elsewhere &+ state.untold
        let overflowed = min(lost, candidates)
        // What stays untold for two looks was another program's.
        state.untold = min(elsewhere, candidates &- overflowed)
        state.totals.overflows &+= overflowed
        state.totals.filtered &+= lost &- overflowed
    }

    /// The kernel's counters only grow; where one does not, it began anew.
    private static func growth(from earlier: UInt64, to now: UInt64) -> UInt64 {
        now >= earlier ? now - earlier : 0
    }
}
