/// Hands out dedicated port pairs, the longest unused first: late datagrams of an ended session should not meet a new
/// one.
package struct PortAllocator: Sendable {
    /// How many pairs there are.
    package let count: Int
    /// Pairs in the order in which they are handed out: a ring of capacity `count`. A pair claimed by a restored
    /// session stays in it and is skipped when its turn comes.
    private var ring: [Int]
    private var first = 0
    private var queued: Int
    private var isQueued: [Bool]
    private var isTaken: [Bool]

    /// Makes an allocator of pairs 0 ..< `count`, all free.
    package init(count: Int) {
        self.count = count
        ring = Array(0..<count)
        queued = count
        isQueued = Array(repeating: true, count: count)
        isTaken = Array(repeating: false, count: count)
    }

    /// The next free pair, now taken; `nil` when all are taken.
    package mutating func take() -> Int? {
        while queued > 0 {
            let pair = ring[first]
            first = (first + 1) % count
            queued -= 1
            isQueued[pair] = false
            if !isTaken[pair] {
                isTaken[pair] = true
                return pair
            }
        }
        return nil
    }

    /// Takes the pair that a restored session has; `false` when it is out of range or taken.
    package mutating func claim(_ pair: Int) -> Bool {
        guard isTaken.indices.contains(pair), !isTaken[pair] else { return false }
        isTaken[pair] = true
        return true
    }

    /// Gives a pair back; it goes to the end of the line.
    package mutating func release(_ pair: Int) {
        guard isTaken.indices.contains(pair), isTaken[pair] else { return }
        isTaken[pair] = false
        guard !isQueued[pair] else { return }
        ring[(first + queued) % count] = pair
        queued += 1
        isQueued[pair] = true
    }
}
