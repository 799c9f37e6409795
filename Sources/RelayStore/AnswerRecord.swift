internal import Foundation
internal import GRDB
internal import RelayControl

/// A row of `answers`: what answers a call with an `Idempotency-Key` that is sent again. Tokens are in it, as they are in
/// `users`; addresses are not, since the call brings them along.
struct AnswerRecord {
    var record: IdempotencyRecord

    static let table = "answers"
    static let schema = """
        CREATE TABLE answers (
            id INTEGER NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            call TEXT NOT NULL,
            key TEXT NOT NULL,
            digest BLOB NOT NULL,
            session_id TEXT NOT NULL,
            first_user INTEGER NOT NULL,
            tokens BLOB NOT NULL,
            created_at REAL NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;
        """

    private static let columns = "id, owner, call, key, digest, session_id, first_user, tokens, created_at, checksum"
    static let selectAll = "SELECT \(columns) FROM answers ORDER BY id"
    static let delete = "DELETE FROM answers WHERE id = ?"
    private static let upsert = "INSERT OR REPLACE INTO answers (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    /// The key as far as it can be read, and the record where the checksum fits.
    static func read(_ row: inout RowReader) -> (id: Int64?, record: AnswerRecord?) {
        let id = row.integer()
        guard let id, let owner = row.text(), let callName = row.text(), let key = row.text(), let digest = row.blob(),
            let sessionID = row.text(), let firstUser = row.integer(as: Int32.self), let packed = row.blob(),
            let createdAt = row.real(), let checksum = row.integer(),
            let call = IdempotencyTicket.Call(rawValue: callName), let tokens = unpack(packed)
        else { return (id, nil) }
        let record = AnswerRecord(
            record: IdempotencyRecord(
                id: id,
                ticket: IdempotencyTicket(name: .init(owner: owner, call: call, key: key), digest: digest),
                sessionID: sessionID,
                firstUser: firstUser,
                tokens: tokens,
                createdAt: createdAt
            )
        )
        return (id, record.checksum == checksum ? record : nil)
    }

    private var checksum: Int64 {
        var sum = RowChecksum(table: Self.table)
        sum.add(record.id)
        sum.add(record.ticket.name.owner)
        sum.add(record.ticket.name.call.rawValue)
        sum.add(record.ticket.name.key)
        sum.add(record.ticket.digest)
        sum.add(record.sessionID)
        sum.add(Int64(record.firstUser))
        sum.add(packedTokens)
        sum.add(record.createdAt)
        return sum.value
    }

    /// Four bytes a token, the highest first.
    private var packedTokens: [UInt8] {
        record.tokens.flatMap { token in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: token >> $0) }
        }
    }

    private static func unpack(_ bytes: [UInt8]) -> [UInt32]? {
        guard bytes.count % 4 == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    func write(to db: Database) throws {
        let name = record.ticket.name
        try db.cachedStatement(sql: Self.upsert).execute(arguments: [
            record.id, name.owner, name.call.rawValue, name.key, Data(record.ticket.digest), record.sessionID,
            Int64(record.firstUser), Data(packedTokens), record.createdAt, checksum,
        ])
    }
}
