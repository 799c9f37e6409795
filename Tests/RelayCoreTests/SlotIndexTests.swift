import TestSupport
import Testing

@testable import RelayCore

@Suite("Slot index")
struct SlotIndexTests {
    /// Hashes of a slot's key: well spread, all alike, few different, and alike in the bits that pick the place.
    enum Spread: CaseIterable {
        case wide, same, few, samePlace

        func hash(_ key: UInt64) -> UInt64 {
            switch self {
            case .wide: key &* 0x9E37_79B9_7F4A_7C15
            case .same: 0xABCD_EF01_2345_6789
            case .few: key % 5 &* 0x0101_0101_0101_0101
            case .samePlace: key << 32 | 0xFFFF
            }
        }
    }

    @Test("Random inserts and removals agree with a dictionary", arguments: Spread.allCases, [1, 2, 3, 4] as [UInt64])
    func againstDictionary(spread: Spread, seed: UInt64) {
        let slots = 64
        let count = SlotIndex.entryCount(for: slots)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: count * 4)
        defer { memory.deallocate() }
        let index = SlotIndex(memory: memory, entries: count)
        var random = SeededRandom(seed: seed)
        var keys = [UInt64](repeating: 0, count: slots)
        var known: [UInt64: Int] = [:]
        var free = Set(0..<slots)
        for _ in 0..<3_000 {
            let key = UInt64.random(in: 1...200, using: &random)
            if let slot = known[key], random.isOneIn(2) {
                index.remove(spread.hash(key), slot) { spread.hash(keys[$0]) }
                known[key] = nil
                free.insert(slot)
            } else if known[key] == nil, let slot = free.min() {
                free.remove(slot)
                keys[slot] = key
                known[key] = slot
                index.insert(spread.hash(key), slot)
            }
            let wanted = UInt64.random(in: 1...200, using: &random)
            #expect(index.find(spread.hash(wanted)) { keys[$0] == wanted } == known[wanted] ?? -1, "seed \(seed)")
        }
        for (key, slot) in known { #expect(index.find(spread.hash(key)) { keys[$0] == key } == slot) }
        for (key, slot) in known { index.remove(spread.hash(key), slot) { spread.hash(keys[$0]) } }
        // Nothing is left behind that would make later searches longer.
        let left = UnsafeRawBufferPointer(start: memory, count: count * 4)
        #expect(left.allSatisfy { $0 == 0 })
    }

    @Test("Removing what is not there changes nothing")
    func removeUnknown() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
        defer { memory.deallocate() }
        let index = SlotIndex(memory: memory, entries: 16)
        index.insert(5, 1)
        index.remove(5, 2) { _ in 5 }
        index.remove(6, 1) { _ in 5 }
        #expect(index.find(5) { $0 == 1 } == 1)
    }

    @Test("It is at most half full", arguments: [1, 8, 9, 1_000, 1_048_576])
    func atMostHalfFull(slots: Int) {
        let count = SlotIndex.entryCount(for: slots)
        #expect(count >= 2 * slots)
        #expect(count.nonzeroBitCount == 1)
    }
}
