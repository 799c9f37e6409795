/// Session ids in the order of their sequence, for the list call: cheap at the newest end, where sessions come and are
/// looked at.
package struct SessionIndex: Sendable {
    /// Ascending by sequence; an ended session leaves a hole, and holes are swept when they outnumber what is live.
    private var slots: [(sequence: Int64, id: String?)] = []

    /// How many sessions are listed.
    package private(set) var count = 0

    package init() {}

    /// Lists a session. Sessions that are created at the same time may arrive a little out of order.
    package mutating func insert(_ id: String, sequence: Int64) {
        slots.insert((sequence, id), at: position(of: sequence))
        count += 1
    }

    /// Takes a session off the list; unknown ones are no error.
    package mutating func remove(sequence: Int64) {
        let position = position(of: sequence)
        guard position < slots.count, slots[position].sequence == sequence, slots[position].id != nil else { return }
        slots[position].id = nil
        count -= 1
        if slots.count > 64, slots.count > 2 * count { slots.removeAll { $0.id == nil } }
    }

    /// The ids on a page, newest first; `page` and `limit` from 1, empty past the end.
    package func page(_ page: Int, limit: Int) -> [String] {
        let (skipped, overflow) = (page - 1).multipliedReportingOverflow(by: limit)
        guard !overflow, skipped >= 0, skipped < count else { return [] }
        return Array(slots.lazy.reversed().compactMap(\.id).dropFirst(skipped).prefix(limit))
    }

    /// Ids, newest first, without some of them.
    package func newest(excluding excluded: Set<String>, skip: Int, limit: Int) -> [String] {
        guard skip < count else { return [] }
        return Array(
            slots.lazy.reversed().compactMap(\.id).filter { !excluded.contains($0) }.dropFirst(skip).prefix(limit)
        )
    }

    /// Up to `limit` ids of sessions made before the one with this sequence, newest first; of all where it is `nil`. Sessions
    /// that end or come between two calls move nobody from one page to another.
    /// - Returns: the ids, and the sequence to go on from; `nil` where nothing is left.
    package func page(before sequence: Int64?, limit: Int) -> (ids: [String], next: Int64?) {
        var ids: [String] = []
        var last: Int64?
        for slot in slots[..<(sequence.map(position(of:)) ?? slots.count)].reversed() {
            guard let id = slot.id else { continue }
            if ids.count == limit { return (ids, last) }
            ids.append(id)
            last = slot.sequence
        }
        return (ids, nil)
    }

    /// The first position whose sequence is not below this one.
    private func position(of sequence: Int64) -> Int {
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
