/// A `SlotIndex` that is as large as what is in it, so that what is used stays close together: an index sized for a million
/// users misses every cache for the first hundred.
///
/// It doubles before it is more than half full. The entries move over a few at a time, with each insert, so that no insert
/// ever takes long; until all have moved, both indexes are searched. Two areas take turns, and an index leaves its area
/// zeroed behind. Never allocates.
struct GrowingIndex {
    private static let smallest = 64
    /// Places of the previous index looked at with each insert. Two are enough to be done before the next doubling.
    private static let placesPerInsert = 8
    private static let placesPerSettlement = 256

    private let largeArea: UnsafeMutableRawPointer
    private let smallArea: UnsafeMutableRawPointer
    private let largest: Int
    private var current: SlotIndex
    /// What has not moved yet: `left` slots; searched only while there are any.
    private var previous: SlotIndex
    private var left = 0
    private var cursor = 0
    private var isInSmallArea: Bool
    /// Slots in both.
    private var count = 0

    /// - Parameters:
    ///   - memory: `byteCount(for: slots)` zeroed bytes.
    ///   - slots: most slots that will be named.
    init(memory: UnsafeMutableRawPointer, slots: Int) {
        largest = SlotIndex.entryCount(for: slots)
        largeArea = memory
        smallArea = memory + largest * 4
        let first = min(Self.smallest, largest)
        // So that the largest one falls into the large area.
        isInSmallArea = (largest / first).trailingZeroBitCount % 2 == 1
        current = SlotIndex(memory: isInSmallArea ? smallArea : largeArea, entries: first)
        previous = current
    }

    /// Room for the largest index and the one before it, in bytes.
    static func byteCount(for slots: Int) -> Int {
        SlotIndex.entryCount(for: slots) * 6
    }

    /// The slot whose hash and key match, or -1. `isMatch` compares the key of a slot.
    @inline(__always)
    func find(_ hash: UInt64, where isMatch: (Int) -> Bool) -> Int {
        let found = current.find(hash, where: isMatch)
        if found >= 0 || left == 0 { return found }
        return previous.find(hash, where: isMatch)
    }

    /// Starts to fetch the entry where the search for a hash begins.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        current.prefetch(hash)
    }

    /// The slot that `find` would most likely compare first, or -1: no key is looked at.
    @inline(__always)
    func guess(_ hash: UInt64) -> Int {
        current.guess(hash)
    }

    /// Adds a slot whose key is not in the index yet. `hashOf` gives the hash of any slot in the index.
    mutating func insert(_ hash: UInt64, _ slot: Int, hashOf: (Int) -> UInt64) {
        if 2 * (count + 1) > current.entryCount, current.entryCount < largest { grow(hashOf) }
        count += 1
        current.insert(hash, slot)
        if left > 0 { move(places: Self.placesPerInsert, hashOf) }
    }

    /// Removes a slot. `hashOf` gives the hash of any slot in the index.
    mutating func remove(_ hash: UInt64, _ slot: Int, hashOf: (Int) -> UInt64) {
        if current.remove(hash, slot, hashOf: hashOf) {
            count -= 1
        } else if left > 0, previous.remove(hash, slot, hashOf: hashOf) {
            count -= 1
            left -= 1
        }
    }

    /// Goes on with what an insert has begun, where no more come: from time to time, a little.
    mutating func settle(hashOf: (Int) -> UInt64) {
        if left > 0 { move(places: Self.placesPerSettlement, hashOf) }
    }

    /// Whether everything has moved.
    var isSettled: Bool { left == 0 }

    private mutating func grow(_ hashOf: (Int) -> UInt64) {
        // All has moved long since, unless slots were removed and added in turns.
        while left > 0 { move(places: previous.entryCount, hashOf) }
        previous = current
        left = count
        cursor = 0
        isInSmallArea.toggle()
        current = SlotIndex(memory: isInSmallArea ? smallArea : largeArea, entries: 2 * previous.entryCount)
    }

    /// Moves what stands in the next places, and the rest of the last run: only whole runs may go, since a search ends at
    /// the first free place.
    private mutating func move(places: Int, _ hashOf: (Int) -> UInt64) {
        var seen = 0
        while left > 0, seen < places || !previous.isFree(cursor) {
            let slot = previous.take(cursor)
            if slot >= 0 {
                current.insert(hashOf(slot), slot)
                left -= 1
            }
            cursor = cursor + 1 < previous.entryCount ? cursor + 1 : 0
            seen += 1
        }
    }
}
