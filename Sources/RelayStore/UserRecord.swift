internal import GRDB
internal import RelayControl

/// A row of `users`.
struct UserRecord {
    /// The session's sequence.
    var session: Int64
    var user: SessionUser

    static let selectAll = "SELECT session, number, address, token, checksum FROM users ORDER BY session, number"
    static let select = """
        SELECT session, number, address, token, checksum FROM users WHERE session = ? AND number = ?
        """
    private static let upsert = """
        INSERT OR REPLACE INTO users (session, number, address, token, checksum) VALUES (?, ?, ?, ?, ?)
        """
    static let delete = "DELETE FROM users WHERE session = ? AND number = ?"
    static let deleteAll = "DELETE FROM users WHERE session = ?"

    init(_ user: SessionUser, session: Int64) {
        self.session = session
        self.user = user
    }

    /// What a row holds: its key as far as it can be read, and the record where the checksum fits.
    static func read(_ row: inout RowReader) -> (session: Int64?, number: Int64?, record: UserRecord?, checksum: Int64)
    {
        let session = row.integer()
        let number = row.integer()
        guard let address = row.text(), let token = row.integer(as: UInt32.self), let checksum = row.integer(),
            let session, let number, let userNumber = Int32(exactly: number)
        else { return (session, number, nil, 0) }
        let user = SessionUser(number: userNumber, address: address, token: token)
        let record = UserRecord(user, session: session)
        return (session, number, record.checksum == checksum ? record : nil, checksum)
    }

    var checksum: Int64 {
        var sum = RowChecksum(table: "users")
        sum.add(session)
        sum.add(Int64(user.number))
        sum.add(user.address)
        sum.add(Int64(user.token))
        return sum.value
    }

    func write(to db: Database, checksum: Int64) throws {
        try db.cachedStatement(sql: Self.upsert).execute(arguments: [
            session, Int64(user.number), user.address, Int64(user.token), checksum,
        ])
    }
}
