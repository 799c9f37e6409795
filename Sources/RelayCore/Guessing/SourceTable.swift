import Synchronization

extension GuessLedger {
    /// The sources that sent wrong tokens: 16,384 sets of four cells.
    ///
    /// A full set gives up the source with the fewest guesses, so a flood of forged sources displaces itself and not the
    /// guesser.
    struct SourceTable: @unchecked Sendable {
        // Sendable holds because every access is atomic.
        private static var sets: Int { 16_384 }
        private static var ways: Int { 4 }
        static var byteCount: Int { sets * ways * SourceCell.wordCount * MemoryLayout<UInt64>.stride }

        private let words: UnsafeMutablePointer<Atomic<UInt64>>

        init(memory: UnsafeMutableRawPointer) {
            words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Self.sets * Self.ways * SourceCell.wordCount)
        }

        private func cell(_ index: Int) -> SourceCell { SourceCell(words: words + index * SourceCell.wordCount) }

        private func firstCell(_ key: UInt64) -> Int {
            (Int(truncatingIfNeeded: key >> 16) & (Self.sets - 1)) * Self.ways
        }

        func find(_ key: UInt64) -> SourceCell? {
            let first = firstCell(key)
            for index in first..<first + Self.ways where cell(index).source == key { return cell(index) }
            return nil
        }

        func findOrClaim(_ key: UInt64, _ now: UInt64) -> SourceCell {
            if let known = find(key) { return known }
            let first = firstCell(key)
            var poorest = cell(first)
            for index in first..<first + Self.ways {
                let candidate = cell(index)
                if candidate.source == 0 {
                    poorest = candidate
                    break
                }
                if candidate.guesses(now) < poorest.guesses(now) { poorest = candidate }
            }
            poorest.claim(key)
            return poorest
        }
    }
}
