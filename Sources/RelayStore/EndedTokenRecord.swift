internal import GRDB

/// A row of `ended_tokens`: the token of an ended session, kept from reuse for a day.
struct EndedTokenRecord {
    var token: UInt32
    /// Seconds since 1970.
    var endedAt: Double

    static let selectAll = "SELECT token, ended_at, checksum FROM ended_tokens"
    static let deleteBefore = "DELETE FROM ended_tokens WHERE ended_at < ?"
    private static let upsert = "INSERT OR REPLACE INTO ended_tokens (token, ended_at, checksum) VALUES (?, ?, ?)"

    /// The key as far as it can be read, and the record where the checksum fits.
    static func read(_ row: inout RowReader) -> (token: Int64?, record: EndedTokenRecord?) {
        let token = row.integer()
        guard let token, let value = UInt32(exactly: token), let endedAt = row.real(), let checksum = row.integer()
        else { return (token, nil) }
        let record = EndedTokenRecord(token: value, endedAt: endedAt)
        return (token, record.checksum == checksum ? record : nil)
    }

    private var checksum: Int64 {
        var sum = RowChecksum(table: "ended_tokens")
        sum.add(Int64(token))
        sum.add(endedAt)
        return sum.value
    }

    func write(to db: Database) throws {
        try db.cachedStatement(sql: Self.upsert).execute(arguments: [Int64(token), endedAt, checksum])
    }
}
