import TestSupport
import Testing

@testable import RelayCore

@Suite("Growing index")
struct GrowingIndexTests {
    /// An index over keys that the test keeps, in memory of its own.
    private final class Box {
        let memory: UnsafeMutableRawPointer
        let byteCount: Int
        var index: GrowingIndex
        var keys: [UInt64]
        let kind: Case

        init(slots: Int, _ kind: Case) {
            byteCount = GrowingIndex.byteCount(for: slots)
            memory = .allocate(byteCount: byteCount, alignment: 64)
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
            index = GrowingIndex(memory: memory, slots: slots)
            keys = [UInt64](repeating: 0, count: slots)
            self.kind = kind
        }

        deinit {
            memory.deallocate()
        }

        func insert(_ key: UInt64, at slot: Int) {
            keys[slot] = key
            let (keys, kind) = (keys, kind)
            index.insert(kind.hash(key), slot) { kind.hash(keys[$0]) }
        }

        func remove(_ key: UInt64, at slot: Int) {
            let (keys, kind) = (keys, kind)
            index.remove(kind.hash(key), slot) { kind.hash(keys[$0]) }
        }

        func settle() {
            let (keys, kind) = (keys, kind)
            index.settle { kind.hash(keys[$0]) }
        }

        func find(_ key: UInt64) -> Int {
            index.find(kind.hash(key)) { keys[$0] == key }
        }
    }

    /// A way to spread keys, and how many there are at most.
    enum Case: CaseIterable {
        case wide, crowded

        var slots: Int { self == .wide ? 3_000 : 300 }

        func hash(_ key: UInt64) -> UInt64 {
            switch self {
            case .wide: key &* 0x9E37_79B9_7F4A_7C15 ^ key >> 7
            case .crowded: key % 7 &* 0x0101_0101_0101_0101
            }
        }
    }

    @Test("Random inserts and removals agree with a dictionary while it grows", arguments: Case.allCases, [5, 6, 7])
    func againstDictionary(kind: Case, seed: Int) {
        let slots = kind.slots
        let box = Box(slots: slots, kind)
        var random = SeededRandom(seed: UInt64(seed))
        var known: [UInt64: Int] = [:]
        var free: [Int] = Array((0..<slots).reversed())
        let mostKeys = UInt64(2 * slots)
        for round in 0..<4 * slots {
            // More and more at first, then fewer, then more again.
            let grows = round < slots || round > 3 * slots
            let key = UInt64.random(in: 1...mostKeys, using: &random)
            let isRare = random.isOneIn(4)
            if let slot = known[key] {
                if !grows || isRare {
                    box.remove(key, at: slot)
                    known[key] = nil
                    free.append(slot)
                }
            } else if grows || isRare, let slot = free.popLast() {
                box.insert(key, at: slot)
                known[key] = slot
            }
            let wanted = UInt64.random(in: 1...mostKeys, using: &random)
            let expected = known[wanted] ?? -1
            #expect(box.find(wanted) == expected, "seed \(seed), round \(round)")
        }
        for (key, slot) in known { #expect(box.find(key) == slot) }
        for (key, slot) in known { box.remove(key, at: slot) }
        // Nothing is left behind in either area.
        let left = UnsafeRawBufferPointer(start: box.memory, count: box.byteCount)
        #expect(left.allSatisfy { $0 == 0 })
    }

    @Test("What an insert has begun to move comes to its end without another", arguments: [33, 65, 513, 4_097])
    func settles(inserted: Int) {
        let box = Box(slots: 10_000, .wide)
        for slot in 0..<inserted { box.insert(UInt64(slot + 1), at: slot) }
        #expect(!box.index.isSettled)
        var rounds = 0
        while !box.index.isSettled, rounds < 100 {
            box.settle()
            rounds += 1
        }
        #expect(box.index.isSettled)
        for slot in 0..<inserted { #expect(box.find(UInt64(slot + 1)) == slot) }
    }

    @Test("Slots are found while the index grows to its largest size, and all of them then")
    func fullGrowth() {
        let slots = 5_000
        let box = Box(slots: slots, .wide)
        for slot in 0..<slots {
            box.insert(UInt64(slot + 1), at: slot)
            #expect(box.find(UInt64(slot + 1)) == slot)
            #expect(box.find(UInt64(slot / 2 + 1)) == slot / 2)
        }
        for slot in 0..<slots { #expect(box.find(UInt64(slot + 1)) == slot) }
        #expect(box.find(UInt64(slots + 1)) == -1)
    }

    @Test("What is used of its memory is in proportion to what is in it", arguments: [10, 100, 1_000])
    func compact(inserted: Int) {
        let slots = 100_000
        let box = Box(slots: slots, .wide)
        for slot in 0..<inserted { box.insert(UInt64(slot + 1), at: slot) }
        let words = UnsafeBufferPointer(
            start: box.memory.assumingMemoryBound(to: UInt32.self),
            count: box.byteCount / 4
        )
        let areas = [words[..<SlotIndex.entryCount(for: slots)], words[SlotIndex.entryCount(for: slots)...]]
        for area in areas {
            let last = area.lastIndex { $0 != 0 }.map { $0 - area.startIndex } ?? 0
            #expect(last < max(64, 4 * inserted))
        }
    }
}
