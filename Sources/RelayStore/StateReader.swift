internal import GRDB
internal import RelayControl

/// Reads everything that is restored at a start, checks every row, and moves damaged ones to the table `quarantine`.
struct StateReader {
    private let db: Database
    private let generation: Int64
    private var state: StoredState
    /// Sequences by session id, for the writer.
    private(set) var sequences: [String: Int64] = [:]

    /// - Parameter generation: the number of this start.
    init(_ db: Database, generation: Int64) {
        self.db = db
        self.generation = generation
        state = StoredState(generation: generation)
    }

    /// A session while its users are being gathered.
    private struct Draft {
        var record: SessionRecord
        var users: [SessionUser] = []
        var digest: Int64 = 0
        /// Users' rows under this session's key whose checksum does not fit.
        var damagedUsers = 0
    }

    /// Runs inside a transaction.
    mutating func read() throws -> StoredState {
        try readEndedTokens()
        var drafts = try readSessions()
        try readUsers(into: &drafts)
        state.sessions.reserveCapacity(drafts.count)
        for draft in drafts { try take(draft) }
        try readWebhooks()
        try readAnswers()
        return state
    }

    private mutating func readEndedTokens() throws {
        var damaged: [Int64?] = []
        try db.cachedStatement(sql: EndedTokenRecord.selectAll).forEachRow { row in
            let (token, record) = EndedTokenRecord.read(&row)
            if let record { state.reservedTokens[record.token] = record.endedAt } else { damaged.append(token) }
        }
        for token in damaged {
            state.damaged.append("the row of an ended session's token")
            try quarantine("ended_tokens", where: "token = ?", [token])
        }
    }

    private mutating func readSessions() throws -> [Draft] {
        var drafts: [Draft] = []
        var damaged: [Int64?] = []
        try db.cachedStatement(sql: SessionRecord.selectAll).forEachRow { row in
            var key = row
            if let record = SessionRecord(&row) {
                drafts.append(Draft(record: record))
            } else {
                damaged.append(key.integer())
            }
        }
        for sequence in damaged {
            state.damaged.append("the row of the session with sequence \(sequence.map(String.init) ?? "?")")
            try quarantine("sessions", where: "sequence = ?", [sequence])
        }
        return drafts
    }

    private mutating func readUsers(into drafts: inout [Draft]) throws {
        let positions = Dictionary(
            drafts.enumerated().map { ($1.record.sequence, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var last: (session: Int64, position: Int)?
        var damaged: [(session: Int64?, number: Int64?)] = []
        var orphans: Set<Int64> = []
        try db.cachedStatement(sql: UserRecord.selectAll).forEachRow { row in
            let user = UserRecord.read(&row)
            // Rows of a session stand together, so most need no look into the dictionary.
            if last?.session != user.session {
                last = user.session.flatMap { session in positions[session].map { (session, $0) } }
            }
            guard let record = user.record else {
                damaged.append((user.session, user.number))
                if let last { drafts[last.position].damagedUsers += 1 }
                return
            }
            guard let last else {
                orphans.insert(record.session)
                return
            }
            drafts[last.position].users.append(record.user)
            drafts[last.position].digest ^= user.checksum
        }
        for key in damaged {
            let (session, number) = (key.session.map(String.init) ?? "?", key.number.map(String.init) ?? "?")
            state.damaged.append("the row of user \(number) of the session with sequence \(session)")
            try quarantine("users", where: "session = ? AND number = ?", [key.session, key.number])
        }
        for session in orphans.sorted() {
            state.damaged.append("users without a session, sequence \(session)")
            try quarantine("users", where: "session = ?", [session])
        }
    }

    /// Accepts a session whose users are the ones it says it has. Damaged users' rows are lost alone; where rows
    /// vanished or came back nobody can tell which are right, so the session is not served: a revoked user might be
    /// among them.
    private mutating func take(_ draft: Draft) throws {
        var record = draft.record
        let isWhole = draft.digest == record.usersDigest && record.userCount == Int64(draft.users.count)
        let lostOnlyDamaged =
            draft.damagedUsers > 0 && record.userCount == Int64(draft.users.count + draft.damagedUsers)
        if let endedAt = UInt32(exactly: record.token).flatMap({ state.reservedTokens[$0] }),
            endedAt >= record.createdAt
        {
            return try reject(record, "session \(record.id) ended, but its row came back")
        }
        guard isWhole || lostOnlyDamaged,
            let session = record.session(
                users: draft.users.sorted { $0.number < $1.number },
                generation: generation
            )
        else { return try reject(record, "session \(record.id): its users are not those that it had") }
        guard sequences[record.id] == nil else {
            return try reject(record, "session \(record.id) is there twice")
        }
        if !isWhole {
            record.userCount = Int64(draft.users.count)
            record.usersDigest = draft.digest
            try record.write(to: db)
        }
        sequences[record.id] = record.sequence
        state.sessions.append(session)
    }

    private mutating func reject(_ record: SessionRecord, _ finding: String) throws {
        state.damaged.append(finding)
        try quarantine("users", where: "session = ?", [record.sequence])
        try quarantine("sessions", where: "sequence = ?", [record.sequence])
    }

    private mutating func readWebhooks() throws {
        var damaged: [Int64?] = []
        try db.cachedStatement(sql: WebhookRecord.selectAll).forEachRow { row in
            let (id, record) = WebhookRecord.read(&row)
            if let record { state.pendingWebhooks.append(record.webhook) } else { damaged.append(id) }
        }
        for id in damaged {
            state.damaged.append("the row of webhook \(id.map(String.init) ?? "?")")
            try quarantine("webhooks", where: "id = ?", [id])
        }
    }

    private mutating func readAnswers() throws {
        var damaged: [Int64?] = []
        try db.cachedStatement(sql: AnswerRecord.selectAll).forEachRow { row in
            let (id, record) = AnswerRecord.read(&row)
            if let record { state.answers.append(record.record) } else { damaged.append(id) }
        }
        for id in damaged {
            state.damaged.append("the row of the answer \(id.map(String.init) ?? "?") to a named call")
            try quarantine(AnswerRecord.table, where: "id = ?", [id])
        }
    }

    /// Moves rows aside as text that `sqlite3` can show. A row whose damaged key the search does not find stays where
    /// it is and is reported again at the next start.
    private func quarantine(_ table: String, where condition: String, _ key: [Int64?]) throws {
        let columns = try db.columns(in: table).map { "quote(\($0.name))" }.joined(separator: " || ', ' || ")
        try db.execute(
            sql: """
                INSERT INTO quarantine (source, contents, generation)
                SELECT '\(table)', \(columns), \(generation) FROM \(table) WHERE \(condition);
                DELETE FROM \(table) WHERE \(condition)
                """,
            arguments: StatementArguments(key + key)
        )
    }
}
