import RelayWire
import Synchronization

extension GuessLedger {
    /// Pairs of tokens that were valid, each with a source that used it and when it last did: 65,536 keyed hashes. A full set
    /// gives up the oldest.
    ///
    /// A user stands here once it has left a source: moved away, timed out, revoked or ended. Where it is now, the users'
    /// table knows.
    struct PairTable: @unchecked Sendable {
        // Sendable holds because every access is atomic.
        private static var sets: Int { 8_192 }
        private static var ways: Int { 8 }
        static var byteCount: Int { sets * ways * MemoryLayout<UInt64>.stride }
        /// Milliseconds that an entry can tell: 557 years.
        private static var timeMask: UInt64 { 0xFFF_FFFF_FFFF }

        /// 20 bits of the hash << 44 | milliseconds. 0 is free.
        private let entries: UnsafeMutablePointer<Atomic<UInt64>>

        init(memory: UnsafeMutableRawPointer) {
            entries = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Self.sets * Self.ways)
        }

        private func set(_ hash: UInt64) -> Range<Int> {
            let first = (Int(truncatingIfNeeded: hash) & (Self.sets - 1)) * Self.ways
            return first..<first + Self.ways
        }

        private static func tag(_ hash: UInt64) -> UInt64 { max(hash >> 44, 1) }

        func note(_ hash: UInt64, at moment: UInt64) {
            var place = -1
            var oldest = UInt64.max
            for index in set(hash) {
                let entry = entries[index].load(ordering: .relaxed)
                let time = entry == 0 ? 0 : entry & Self.timeMask
                if entry >> 44 == Self.tag(hash) {
                    if time >= moment { return }
                    place = index
                    break
                }
                if place < 0 || time < oldest { (place, oldest) = (index, time) }
            }
            entries[place].store(Self.tag(hash) << 44 | moment & Self.timeMask, ordering: .relaxed)
        }

        /// When it was last noted, in milliseconds.
        func lastNoted(_ hash: UInt64) -> UInt64? {
            for index in set(hash) {
                let entry = entries[index].load(ordering: .relaxed)
                if entry >> 44 == Self.tag(hash) { return entry & Self.timeMask }
            }
            return nil
        }
    }

    private func key(_ source: PeerEndpoint, _ credentials: Credentials) -> UInt64 {
        hash(sourceKey(source), credentials.rawValue)
    }

    /// Remembers that a valid pair was used from a source.
    /// - Parameter moment: when it last was, in milliseconds.
    func noteUse(_ source: PeerEndpoint, _ credentials: Credentials, at moment: UInt64) {
        pairs.note(key(source, credentials), at: moment)
    }

    /// Whether a pair was valid and used from a source less than `milliseconds` ago, by a user that has left it since.
    func wasUsed(_ source: PeerEndpoint, _ credentials: Credentials, within milliseconds: UInt64, now: UInt64) -> Bool {
        guard let last = pairs.lastNoted(key(source, credentials)) else { return false }
        // Another worker's clock may have been read a moment later.
        return last > now || now - last < milliseconds
    }
}
