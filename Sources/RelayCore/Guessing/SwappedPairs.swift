import RelayWire
import Synchronization

/// Wrong pairs of tokens, remembered the other way round: tells whether a user's two tokens came in each other's place.
///
/// Such a datagram is steered by what stands where the session's token belongs, so mostly another worker has it than the one
/// that serves the session. Each writes down here what it refuses, as a keyed hash, and whoever reports on a user looks for
/// its pair. Every wrong pair gets the same work, whether it is a valid one turned round or not: neither answers nor their
/// time tell, and only an operator ever looks.
///
/// A fixed table in which newer pairs displace older ones: bounded, and under a flood of guesses it forgets.
struct SwappedPairs: @unchecked Sendable {
    // Sendable holds because every access to the shared cells is atomic. Races may lose a count, never more.
    private struct Cell: ~Copyable {
        let pair = Atomic<UInt64>(0)
        /// When it came last, in milliseconds << 16 | how often.
        let seen = Atomic<UInt64>(0)
    }

    /// A power of two; 16 bytes each.
    static let capacity = 4_096

    private let cells: UnsafeMutablePointer<Cell>
    private let hash: KeyedHash

    /// Lives as long as the process, unless `deallocate` is called.
    static func allocate(hash: KeyedHash) -> SwappedPairs {
        let cells = UnsafeMutablePointer<Cell>.allocate(capacity: capacity)
        for index in 0..<capacity { (cells + index).initialize(to: Cell()) }
        return SwappedPairs(cells: cells, hash: hash)
    }

    /// Frees the table; nobody may use a copy afterwards.
    func deallocate() {
        cells.deinitialize(count: Self.capacity)
        cells.deallocate()
    }

    /// Remembers a wrong pair.
    /// - Parameter now: milliseconds of the monotonic clock.
    func note(_ wrong: Credentials, now: UInt64) {
        let key = key(Credentials(userToken: wrong.sessionToken, sessionToken: wrong.userToken))
        let cell = place(key)
        let isKnown = cells[cell].pair.load(ordering: .relaxed) == key
        if !isKnown { cells[cell].pair.store(key, ordering: .relaxed) }
        let count = isKnown ? min(cells[cell].seen.load(ordering: .relaxed) & 0xFFFF, 0xFFFE) + 1 : 1
        cells[cell].seen.store(now &<< 16 | count, ordering: .relaxed)
    }

    /// How often a valid pair came the wrong way round, and milliseconds since it did last; `nil` where nothing of it is known.
    func find(_ valid: Credentials, now: UInt64) -> (count: Int, age: UInt32)? {
        let key = key(valid)
        let cell = place(key)
        guard cells[cell].pair.load(ordering: .relaxed) == key else { return nil }
        let seen = cells[cell].seen.load(ordering: .relaxed)
        let at = seen >> 16
        return (Int(seen & 0xFFFF), UInt32(clamping: now > at ? now - at : 0))
    }

    private func key(_ credentials: Credentials) -> UInt64 { hash(credentials.rawValue) | 1 }

    private func place(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key >> 20) & (Self.capacity - 1) }
}
