/// The named calls that were answered, by name: those of the last day, and of each API key the newest.
struct IdempotencyBook: Sendable {
    /// How long an answer is kept, seconds.
    static let lifetime: Double = 86_400

    /// How many answers of one API key are kept.
    let limit: Int
    private var records: [IdempotencyTicket.Name: IdempotencyRecord] = [:]
    /// The names of each API key's records, the oldest first, with the records' ids.
    private var lines: [String: [(id: Int64, name: IdempotencyTicket.Name)]] = [:]
    /// Records that were displaced here, and may be on disk.
    private var stale: [Int64] = []
    private var nextID: Int64 = 1

    init(limit: Int = 10_000) { self.limit = limit }

    var count: Int { records.count }

    /// Takes over what was on disk.
    mutating func load(_ stored: [IdempotencyRecord]) {
        for record in stored.sorted(by: { $0.id < $1.id }) { insert(record) }
    }

    /// An id for a record to come.
    mutating func newID() -> Int64 {
        defer { nextID += 1 }
        return nextID
    }

    /// The answer to a call of this name, where there was one within a day.
    func record(_ name: IdempotencyTicket.Name, now: Double) -> IdempotencyRecord? {
        records[name].flatMap { now - $0.createdAt < Self.lifetime ? $0 : nil }
    }

    /// The ids of the records that have to go where one more of this API key comes.
    func displaced(byOneOf owner: String) -> [Int64] {
        let line = lines[owner] ?? []
        return line.prefix(max(0, line.count - limit + 1)).map(\.id)
    }

    /// Keeps a record that is on disk.
    mutating func insert(_ record: IdempotencyRecord) {
        let name = record.ticket.name
        nextID = max(nextID, record.id + 1)
        if let old = records.updateValue(record, forKey: name) {
            stale.append(old.id)
            lines[name.owner]?.removeAll { $0.id == old.id }
        }
        lines[name.owner, default: []].append((record.id, name))
        while let first = lines[name.owner]?.first, lines[name.owner]?.count ?? 0 > limit {
            lines[name.owner]?.removeFirst()
            records[first.name] = nil
            stale.append(first.id)
        }
    }

    /// Lets go of answers that are older than a day, up to so many.
    /// - Returns: the ids of the records that may be on disk and have to leave it.
    mutating func expire(now: Double, most: Int) -> [Int64] {
        var gone = Array(stale.prefix(most))
        stale.removeFirst(gone.count)
        for owner in lines.keys {
            while gone.count < most, let first = lines[owner]?.first, record(first.name, now: now) == nil {
                lines[owner]?.removeFirst()
                records[first.name] = nil
                gone.append(first.id)
            }
            if lines[owner]?.isEmpty == true { lines[owner] = nil }
        }
        return gone
    }

    /// Takes back ids whose records are on disk still.
    mutating func keepForLater(_ ids: [Int64]) { stale += ids }
}
