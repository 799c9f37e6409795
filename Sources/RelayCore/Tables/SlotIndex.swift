internal import CPrefetch

/// An open-addressing index from hashes to slots of a table that holds the keys: four bytes an entry, an 8-bit tag and a
/// 24-bit slot, linear probing, removal by shifting back, so that it never degrades. Never allocates, never grows: the owner
/// sees to it that at most half of it is used.
struct SlotIndex {
    /// Most slots an index can name.
    static let maximumSlots = (1 << 24) - 2

    private let entries: UnsafeMutablePointer<UInt32>
    private let mask: Int

    /// - Parameters:
    ///   - memory: four zeroed bytes an entry.
    ///   - entries: a power of two, at least twice the slots that will be in it.
    init(memory: UnsafeMutableRawPointer, entries count: Int) {
        entries = memory.bindMemory(to: UInt32.self, capacity: count)
        mask = count - 1
    }

    var entryCount: Int { mask + 1 }

    /// The smallest power of two that keeps the index at most half full.
    static func entryCount(for slots: Int) -> Int {
        var count = 16
        while count < 2 * slots { count *= 2 }
        return count
    }

    @inline(__always)
    private static func entry(_ hash: UInt64, _ slot: Int) -> UInt32 {
        tag(hash) | UInt32(truncatingIfNeeded: slot &+ 1)
    }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash &>> 32) & 0xFF00_0000
    }

    @inline(__always)
    private static func slot(_ entry: UInt32) -> Int {
        Int(entry & 0x00FF_FFFF) &- 1
    }

    /// The slot whose hash and key match, or -1. `isMatch` compares the key of a slot.
    @inline(__always)
    func find(_ hash: UInt64, where isMatch: (Int) -> Bool) -> Int {
        let tag = Self.tag(hash)
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = entries[position]
            if entry == 0 { return -1 }
            if entry & 0xFF00_0000 == tag, isMatch(Self.slot(entry)) { return Self.slot(entry) }
            position = (position &+ 1) & mask
        }
    }

    /// Starts to fetch the entry where the search for a hash begins.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        cprefetch_line(entries + (Int(truncatingIfNeeded: hash) & mask))
    }

    /// The slot that `find` would most likely compare first, or -1: no key is looked at.
    @inline(__always)
    func guess(_ hash: UInt64) -> Int {
        let entry = entries[Int(truncatingIfNeeded: hash) & mask]
        if entry & 0xFF00_0000 == Self.tag(hash) { return Self.slot(entry) }
        let next = entries[Int(truncatingIfNeeded: hash &+ 1) & mask]
        return next & 0xFF00_0000 == Self.tag(hash) ? Self.slot(next) : -1
    }

    /// Adds a slot whose key is not in the index yet.
    func insert(_ hash: UInt64, _ slot: Int) {
        var position = Int(truncatingIfNeeded: hash) & mask
        while entries[position] != 0 { position = (position &+ 1) & mask }
        entries[position] = Self.entry(hash, slot)
    }

    /// Whether nothing stands at a place, 0 ..< `entryCount`.
    func isFree(_ place: Int) -> Bool { entries[place] == 0 }

    /// Takes out what stands at a place and returns its slot, or -1. What stands behind it without a gap can be found no
    /// more, and has to be taken too.
    func take(_ place: Int) -> Int {
        defer { entries[place] = 0 }
        return Self.slot(entries[place])
    }

    /// Removes a slot; false where it is not in the index. `hashOf` gives the hash of any slot in the index, so that later
    /// entries can move back.
    @discardableResult
    func remove(_ hash: UInt64, _ slot: Int, hashOf: (Int) -> UInt64) -> Bool {
        let wanted = Self.entry(hash, slot)
        var hole = Int(truncatingIfNeeded: hash) & mask
        while entries[hole] != wanted {
            if entries[hole] == 0 { return false }
            hole = (hole &+ 1) & mask
        }
        var next = (hole &+ 1) & mask
        while entries[next] != 0 {
            let home = Int(truncatingIfNeeded: hashOf(Self.slot(entries[next]))) & mask
            // An entry may fill the hole unless its home lies cyclically between the hole and itself.
            if (next &- home) & mask >= (next &- hole) & mask {
                entries[hole] = entries[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        entries[hole] = 0
        return true
    }
}
