internal import GRDB

/// A row of `meta`: a number that the database keeps about itself.
enum MetaRecord: String, CaseIterable {
    /// How often the daemon has started on this database.
    case generation
    /// How many transactions were committed: tells a database that lost its tail.
    case commitSequence = "commit_sequence"
    /// Which database this is: drawn at random when it begins, and anew when a lost tail is accepted.
    case database
    /// How often a lost tail was accepted.
    case lostTails = "lost_tails"

    /// - Returns: `nil` when there is none yet.
    /// - Throws: `SessionStoreError` when it is damaged.
    func read(from db: Database) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT value, checksum FROM meta WHERE name = ?")
        statement.arguments = [rawValue]
        var found: Int64?
        try statement.forEachRow { row in
            guard let value = row.integer(), let checksum = row.integer(), checksum == self.checksum(of: value) else {
                throw SessionStoreErrors.damagedMeta(rawValue)
            }
            found = value
        }
        return found
    }

    func write(_ value: Int64, to db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO meta (name, value, checksum) VALUES (?, ?, ?)")
            .execute(arguments: [rawValue, value, checksum(of: value)])
    }

    private func checksum(of value: Int64) -> Int64 {
        var sum = RowChecksum(table: "meta")
        sum.add(rawValue)
        sum.add(value)
        return sum.value
    }
}
