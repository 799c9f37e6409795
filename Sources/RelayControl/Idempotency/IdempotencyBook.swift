/// The named calls that were answered, by name: those of the last day, and of each API key the newest.
struct IdempotencyBook: Sendable {
    /// How long an answer is kept, seconds.
    static let lifetime: Double = 86_400

    /// An answer on its way to the disk, and the records that leave the disk with its commit.
    struct Draft: Sendable {
        var record: IdempotencyRecord
        var displaced: [Int64]
    }

    /// The records of one API key, the oldest first.
    private struct Line: Sendable {
        private var items: [(id: Int64, name: IdempotencyTicket.Name)] = []
        private var head = 0
        /// Drafts that are under way.
        var drafts = 0

        var count: Int { items.count - head }
        var isIdle: Bool { count == 0 && drafts == 0 }
        var first: (id: Int64, name: IdempotencyTicket.Name)? { head < items.count ? items[head] : nil }

        mutating func append(_ id: Int64, _ name: IdempotencyTicket.Name) { items.append((id, name)) }

        mutating func removeFirst() {
            head += 1
            guard head > 256, head > items.count / 2 else { return }
            items.removeFirst(head)
            head = 0
        }

        mutating func remove(_ id: Int64) {
            items.removeFirst(head)
            head = 0
            items.removeAll { $0.id == id }
        }
    }

    /// How many answers of one API key are kept.
    let limit: Int
    private var records: [IdempotencyTicket.Name: IdempotencyRecord] = [:]
    private var lines: [String: Line] = [:]
    /// Records that are not given again, and may be on disk.
    private var stale: [Int64] = []
    private var nextID: Int64 = 1

    init(limit: Int = 10_000) { self.limit = limit }

    var count: Int { records.count }

    /// Takes over what was on disk.
    mutating func load(_ stored: [IdempotencyRecord]) {
        for record in stored.sorted(by: { $0.id < $1.id }) {
            keep(record)
            stale += makeRoom(in: record.ticket.name.owner)
        }
    }

    /// The answer to a call of this name, where there was one within a day.
    func record(_ name: IdempotencyTicket.Name, now: Double) -> IdempotencyRecord? {
        records[name].flatMap { now - $0.createdAt < Self.lifetime ? $0 : nil }
    }

    /// Begins an answer; the oldest of its API key go where there are too many. Has to be followed by `finish` or `abandon`.
    mutating func draft(
        _ ticket: IdempotencyTicket,
        sessionID: String,
        firstUser: Int32,
        tokens: [UInt32],
        now: Double
    ) -> Draft {
        defer { nextID += 1 }
        lines[ticket.name.owner, default: Line()].drafts += 1
        let record = IdempotencyRecord(
            id: nextID,
            ticket: ticket,
            sessionID: sessionID,
            firstUser: firstUser,
            tokens: tokens,
            createdAt: now
        )
        return Draft(record: record, displaced: makeRoom(in: ticket.name.owner))
    }

    /// The answer is on disk, and what it displaced is not.
    mutating func finish(_ draft: Draft) {
        lines[draft.record.ticket.name.owner]?.drafts -= 1
        keep(draft.record)
    }

    /// There is no answer, and nobody knows what of it reached the disk.
    mutating func abandon(_ draft: Draft) {
        lines[draft.record.ticket.name.owner]?.drafts -= 1
        stale += draft.displaced
    }

    private mutating func keep(_ record: IdempotencyRecord) {
        let name = record.ticket.name
        nextID = max(nextID, record.id + 1)
        if let old = records.updateValue(record, forKey: name) {
            stale.append(old.id)
            lines[name.owner]?.remove(old.id)
        }
        lines[name.owner, default: Line()].append(record.id, name)
    }

    /// Takes out the oldest until there are as many as there may be.
    private mutating func makeRoom(in owner: String) -> [Int64] {
        var gone: [Int64] = []
        while let first = lines[owner].flatMap({ $0.count + $0.drafts > limit ? $0.first : nil }) {
            lines[owner]?.removeFirst()
            records[first.name] = nil
            gone.append(first.id)
        }
        return gone
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
            if lines[owner]?.isIdle == true { lines[owner] = nil }
        }
        return gone
    }

    /// Takes back ids whose records are on disk still.
    mutating func keepForLater(_ ids: [Int64]) { stale += ids }
}
