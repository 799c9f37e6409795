import Synchronization

extension GuessLedger {
    /// The budgets that hold now, and what was answered in all.
    struct Budgets: @unchecked Sendable {
        // Sendable holds because every access is atomic.
        private struct Cells: ~Copyable {
            let guessesPerMinute = Atomic<UInt64>(0)
            let lookupsPastBudget = Atomic<UInt64>(0)
            /// 0 where nothing is answered at all.
            let answers = Atomic<UInt64>(0)
            let answersPerSecond = Atomic<UInt64>(0)
            /// Second << 16 | answers in it.
            let answered = Atomic<UInt64>(0)
        }

        static var byteCount: Int { 64 }
        /// What the cells that count can count to.
        private static var mostCounted: UInt64 { 0xFFFF }

        private let cells: UnsafeMutablePointer<Cells>

        init(memory: UnsafeMutableRawPointer) {
            cells = memory.bindMemory(to: Cells.self, capacity: 1)
        }

        func apply(_ settings: Settings) {
            cells.pointee.guessesPerMinute.store(Self.countable(settings.guessesPerMinute), ordering: .relaxed)
            cells.pointee.lookupsPastBudget.store(Self.countable(settings.lookupsPastBudget), ordering: .relaxed)
            cells.pointee.answersPerSecond.store(Self.countable(settings.answersPerSecond), ordering: .relaxed)
            cells.pointee.answers.store(settings.answers ? 1 : 0, ordering: .relaxed)
        }

        private static func countable(_ budget: UInt32) -> UInt64 { min(UInt64(budget), mostCounted) }

        var guessesPerMinute: UInt64 { cells.pointee.guessesPerMinute.load(ordering: .relaxed) }
        var lookupsPastBudget: UInt64 { cells.pointee.lookupsPastBudget.load(ordering: .relaxed) }
        var answers: Bool { cells.pointee.answers.load(ordering: .relaxed) != 0 }

        /// Takes one answer from what may be answered in this second of the clock; false where nothing is left.
        @inline(never)
        func takeAnswer(now: UInt64) -> Bool {
            let second = now / 1_000
            let state = cells.pointee.answered.load(ordering: .relaxed)
            let count = state >> 16 == second ? state & Self.mostCounted : 0
            guard count < cells.pointee.answersPerSecond.load(ordering: .relaxed) else { return false }
            return cells.pointee.answered.compareExchange(
                expected: state,
                desired: second << 16 | (count + 1),
                ordering: .relaxed
            ).exchanged
        }
    }
}
