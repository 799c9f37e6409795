internal import NIOCore

/// Connections in the order in which they fell idle.
///
/// An entry that is no longer true stays until it is met or until such entries are the most: adding one is then as cheap
/// as it can be, and that is what each request does.
struct IdleQueue {
    /// A connection, and which of its idle times this is.
    struct Entry: Equatable {
        let id: UInt64
        let stamp: UInt64
    }

    /// How many entries are looked at for one that is preferred.
    private static let longestLook = 64

    private var entries = CircularBuffer<Entry>()

    /// - Parameters:
    ///   - live: how many connections there are that could be in the queue.
    ///   - isCurrent: whether the connection of an entry is still idle since then.
    mutating func append(_ entry: Entry, live: Int, isCurrent: (Entry) -> Bool) {
        if entries.count >= 64 + 4 * live {
            var current = CircularBuffer<Entry>()
            for entry in entries where isCurrent(entry) { current.append(entry) }
            entries = current
        }
        entries.append(entry)
    }

    /// The connection that is idle the longest: of those at the front that `prefers` likes, else of all.
    mutating func oldest(isCurrent: (Entry) -> Bool, prefers: (UInt64) -> Bool = { _ in true }) -> UInt64? {
        while let first = entries.first, !isCurrent(first) { entries.removeFirst() }
        for entry in entries.prefix(Self.longestLook) where isCurrent(entry) && prefers(entry.id) { return entry.id }
        return entries.first?.id
    }
}
