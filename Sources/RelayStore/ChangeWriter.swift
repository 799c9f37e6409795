internal import GRDB
internal import RelayControl
internal import RelayCore

/// Turns changes into rows. Lives on the store's queue; its map of ids is right as of the last commit, as long as
/// `keep` or `undo` follows every transaction.
final class ChangeWriter {
    /// Rows are keyed by sequence, so that new sessions are appended; callers know ids. An index on random ids would
    /// cost a page in the log for every session created.
    private var sequences: [String: Int64] = [:]
    /// How to take back what the running transaction did to `sequences`.
    private var journal: [(id: String, before: Int64?)] = []

    /// Takes over what is in the database.
    func load(_ sequences: [String: Int64]) {
        self.sequences = sequences
        journal = []
    }

    /// A point to which `undo` can go back.
    var mark: Int { journal.count }

    /// The transaction was committed.
    func keep() { journal = [] }

    /// What was done since the mark was rolled back.
    func undo(to mark: Int) {
        while journal.count > mark, let last = journal.popLast() { sequences[last.id] = last.before }
    }

    /// Writes a change inside a transaction.
    func apply(_ change: StoreChange, to db: Database) throws {
        switch change {
        case .createSession(let session, let webhook):
            try create(session, db)
            try webhook.map(WebhookRecord.init)?.write(to: db)
        case .addUser(let user, let id):
            try add(user, toSession: id, db)
        case .revokeUser(let number, let id):
            try revoke(number, ofSession: id, db)
        case .removeSession(let id, let token, let endedAt, let webhook):
            try remove(id, db)
            try webhook.map(WebhookRecord.init)?.write(to: db)
            try EndedTokenRecord(token: token, endedAt: endedAt).write(to: db)
        case .movePorts(let pair, let ports, let id):
            try update(id, db) { $0.setPorts(pair, ports) }
        case .setHost(let number, let id):
            try update(id, db) { $0.hostNumber = number.map(Int64.init) }
        case .setConnectionID(let number, let rejoinID, let highest, let id):
            try setConnectionID(rejoinID, ofUser: number, highest: highest, inSession: id, db)
        case .markUsed(let id):
            try update(id, db) { $0.wasUsed = 1 }
        case .removeWebhook(let id):
            try db.cachedStatement(sql: WebhookRecord.delete).execute(arguments: [id])
        case .retryWebhook(let id, let attempts, let nextAttemptAt):
            try retryWebhook(id, attempts: attempts, nextAttemptAt: nextAttemptAt, db)
        case .forgetReservedTokens(let time):
            try db.cachedStatement(sql: EndedTokenRecord.deleteBefore).execute(arguments: [time])
        case .answering(let record, let displaced, let change):
            try apply(change, to: db)
            try AnswerRecord(record: record).write(to: db)
            try forget(displaced, db)
        case .forgetAnswers(let ids):
            try forget(ids, db)
        case .lobbies(let change):
            try LobbyTables.write(change, to: db)
        }
    }

    private func forget(_ ids: [Int64], _ db: Database) throws {
        for id in ids { try db.cachedStatement(sql: AnswerRecord.delete).execute(arguments: [id]) }
    }

    private func create(_ session: Session, _ db: Database) throws {
        guard sequences[session.id] == nil else {
            throw SessionStoreErrors.refused("session \(session.id) is in the database already")
        }
        var record = SessionRecord(session)
        guard try read(session.sequence, db) == nil else {
            throw SessionStoreErrors.refused("sequence \(session.sequence) is in the database already")
        }
        for user in session.users {
            let row = UserRecord(user, session: session.sequence)
            let checksum = row.checksum
            try row.write(to: db, checksum: checksum)
            record.usersDigest ^= checksum
            record.userCount += 1
        }
        try record.write(to: db)
        set(session.id, session.sequence)
    }

    private func add(_ user: SessionUser, toSession id: String, _ db: Database) throws {
        let isKnown = try update(id, db) { record in
            let row = UserRecord(user, session: record.sequence)
            let checksum = row.checksum
            if let old = try self.user(Int64(user.number), of: record.sequence, db) {
                record.usersDigest ^= old.checksum
                record.userCount -= 1
            }
            try row.write(to: db, checksum: checksum)
            record.usersDigest ^= checksum
            record.userCount += 1
            record.nextUserNumber = max(record.nextUserNumber, Int64(user.number) + 1)
        }
        guard isKnown else { throw SessionStoreErrors.refused("session \(id) is not in the database") }
    }

    private func setConnectionID(
        _ rejoinID: Int32?,
        ofUser number: Int32,
        highest: Int32,
        inSession id: String,
        _ db: Database
    ) throws {
        try update(id, db) { record in
            record.highestRejoinID = max(record.highestRejoinID ?? 0, Int64(highest))
            guard let old = try user(Int64(number), of: record.sequence, db), var user = old.record else { return }
            user.user.rejoinID = rejoinID
            let checksum = user.checksum
            try user.write(to: db, checksum: checksum)
            record.usersDigest ^= old.checksum ^ checksum
        }
    }

    private func revoke(_ number: Int32, ofSession id: String, _ db: Database) throws {
        try update(id, db) { record in
            if record.hostNumber == Int64(number) { record.hostNumber = nil }
            guard let row = try user(Int64(number), of: record.sequence, db) else { return }
            try db.cachedStatement(sql: UserRecord.delete).execute(arguments: [record.sequence, Int64(number)])
            record.usersDigest ^= row.checksum
            record.userCount -= 1
        }
    }

    private func remove(_ id: String, _ db: Database) throws {
        guard let sequence = sequences[id] else { return }
        try db.cachedStatement(sql: UserRecord.deleteAll).execute(arguments: [sequence])
        try db.cachedStatement(sql: "DELETE FROM sessions WHERE sequence = ?").execute(arguments: [sequence])
        set(id, nil)
    }

    private func retryWebhook(_ id: Int64, attempts: Int, nextAttemptAt: Double, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: WebhookRecord.select)
        statement.arguments = [id]
        var found: WebhookRecord?
        try statement.forEachRow { found = WebhookRecord.read(&$0).record }
        guard var record = found else { return }
        record.webhook.attempts = attempts
        record.webhook.nextAttemptAt = nextAttemptAt
        try record.write(to: db)
    }

    /// Reads a session's row, changes it and writes it with its new checksum.
    /// - Returns: whether there is such a session.
    @discardableResult
    private func update(_ id: String, _ db: Database, _ change: (inout SessionRecord) throws -> Void) throws -> Bool {
        guard let sequence = sequences[id] else { return false }
        guard var record = try read(sequence, db), record.id == id else {
            throw SessionStoreErrors.damaged("the row of session \(id) is missing")
        }
        try change(&record)
        try record.write(to: db)
        return true
    }

    /// - Throws: where the row is damaged: nothing is written over it.
    private func read(_ sequence: Int64, _ db: Database) throws -> SessionRecord? {
        let statement = try db.cachedStatement(sql: SessionRecord.select)
        statement.arguments = [sequence]
        var found: SessionRecord?
        try statement.forEachRow { row in
            guard let record = SessionRecord(&row) else {
                throw SessionStoreErrors.damaged("the checksum of session row \(sequence) does not fit")
            }
            found = record
        }
        return found
    }

    private func user(_ number: Int64, of session: Int64, _ db: Database) throws -> (
        checksum: Int64, record: UserRecord?
    )? {
        let statement = try db.cachedStatement(sql: UserRecord.select)
        statement.arguments = [session, number]
        var found: (checksum: Int64, record: UserRecord?)?
        try statement.forEachRow { row in
            let user = UserRecord.read(&row)
            found = (user.checksum, user.record)
        }
        return found
    }

    private func set(_ id: String, _ sequence: Int64?) {
        journal.append((id, sequences[id]))
        sequences[id] = sequence
    }
}
