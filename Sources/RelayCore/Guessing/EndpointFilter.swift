import Synchronization

extension GuessLedger {
    /// Which endpoints are bound to live users, on any worker: a counting Bloom filter. It may call an endpoint bound that is
    /// not, never the other way round.
    ///
    /// With 10,000 endpoints bound that happens to one in ten thousand, with 100,000 to one in a hundred: who has wrong tokens
    /// and is one of them is not answered.
    struct EndpointFilter: @unchecked Sendable {
        // Sendable holds because every access is atomic.
        private static var cellCount: Int { 1 << 21 }
        static var byteCount: Int { cellCount * MemoryLayout<UInt16>.stride }

        private let cells: UnsafeMutablePointer<Atomic<UInt16>>

        init(memory: UnsafeMutableRawPointer) {
            cells = memory.bindMemory(to: Atomic<UInt16>.self, capacity: Self.cellCount)
        }

        private func first(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key >> 1) & (Self.cellCount - 1) }
        private func second(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key >> 32) & (Self.cellCount - 1) }

        /// - Parameter key: the endpoint's keyed hash. As often as it was added, it has to be removed.
        @inline(never)
        func add(_ key: UInt64) {
            increment(first(key))
            increment(second(key))
        }

        @inline(never)
        func remove(_ key: UInt64) {
            decrement(first(key))
            decrement(second(key))
        }

        func mayContain(_ key: UInt64) -> Bool {
            cells[first(key)].load(ordering: .relaxed) > 0 && cells[second(key)].load(ordering: .relaxed) > 0
        }

        /// A cell that is full stays full: what it has counted is not known any more.
        private func increment(_ cell: Int) {
            change(cell) { $0 == .max ? nil : $0 + 1 }
        }

        private func decrement(_ cell: Int) {
            change(cell) { $0 == .max || $0 == 0 ? nil : $0 - 1 }
        }

        private func change(_ cell: Int, _ next: (UInt16) -> UInt16?) {
            var count = cells[cell].load(ordering: .relaxed)
            while let changed = next(count) {
                let (isDone, now) = cells[cell].compareExchange(expected: count, desired: changed, ordering: .relaxed)
                if isDone { return }
                count = now
            }
        }
    }
}
