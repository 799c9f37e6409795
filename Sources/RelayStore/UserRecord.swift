internal import GRDB
internal import RelayControl

/// A row of `users`.
struct UserRecord {
    /// The session's sequence.
    var session: Int64
    var user: SessionUser

    private static let columns = "session, number, address, token, rejoin_id, checksum"
    static let selectAll = "SELECT \(columns) FROM users ORDER BY session, number"
    static let select = """
        SELECT \(columns) FROM users WHERE session = ? AND number = ?
        """
    private static let upsert = """
        INSERT OR REPLACE INTO users (\(columns)) VALUES (?, ?, ?, ?, ?, ?)
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
        guard let address = row.text(), let token = row.integer(as: UInt32.self),
            let rejoinID = row.optionalInteger(), let checksum = row.integer(),
            let session, let number, let userNumber = Int32(exactly: number)
        else { return (session, number, nil, 0) }
        let user = SessionUser(
            number: userNumber,
            address: address,
            token: token,
            rejoinID: rejoinID.flatMap { Int32(exactly: $0) }
        )
        let record = UserRecord(user, session: session)
        return (session, number, record.checksum == checksum ? record : nil, checksum)
    }

    var checksum: Int64 {
        var sum = RowChecksum(table: "users")
        sum.add(session)
        sum.add(Int64(user.number))
        sum.add(user.address)
        sum.add(Int64(user.token))
        // Rows of before have none, and another checksum would make them damaged ones.
        if let rejoinID = user.rejoinID { sum.add(Int64(rejoinID)) }
        return sum.value
    }

    func write(to db: Database, checksum: Int64) throws {
        try db.cachedStatement(sql: Self.upsert).execute(arguments: [
            session, Int64(user.number), user.address, Int64(user.token), user.rejoinID.map { Int64($0) }, checksum,
        ])
    }
}
