internal import GRDB
package import RelayControl
internal import RelayCore

/// Durable records in one SQLite file, `causeway.db` in the state directory.
///
/// `load` opens it; before, and after `close`, every change is refused. One connection writes. Changes that arrive
/// while a transaction is on its way to the disk wait and share the next one, so that one fsync serves many callers.
package actor SQLiteSessionStore: SessionStore {
    private let path: String
    private let options: StoreOptions
    private nonisolated let executor = SerialQueueExecutor(label: "causeway.store")

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var directory: StateDirectory?
    private var connection: StoreConnection?
    private let writer = ChangeWriter()
    private var ballast: Ballast
    /// Why changes are refused, where they are.
    private var obstacle: SessionStoreError? = SessionStoreErrors.notLoaded
    /// When a connection that failed may be replaced; `nil` where that is no remedy.
    private var reopenAt: ContinuousClock.Instant?
    private var waiting: [Waiting] = []
    private var isDrainScheduled = false

    /// How many transactions were ever committed to this database: after a restart, a smaller number than the one that is
    /// remembered outside of it tells that its tail was lost.
    package private(set) var commitSequence: Int64 = 0
    /// Which database this is.
    private var databaseID: UInt64 = 0
    private var markFile: CommitMarkFile?
    private let witness: CommitWitness?

    private struct Waiting {
        var change: StoreChange
        var answer: CheckedContinuation<Result<Void, SessionStoreError>, Never>
    }

    /// - Parameters:
    ///   - directory: the state directory; created with mode 0700 where it is missing, its parent must exist.
    ///   - witness: who remembers beside the state directory how far the database had come.
    package init(directory: String, options: StoreOptions = StoreOptions(), witness: CommitWitness? = nil) {
        path = directory
        self.options = options
        self.witness = witness
        ballast = Ballast(directory: directory, size: options.ballastSize)
    }

    /// Whether changes are accepted now.
    package var isHealthy: Bool { obstacle == nil }

    package func load() throws(SessionStoreError) -> StoredState {
        guard connection == nil else { throw SessionStoreErrors.refused("the state directory is open already") }
        let directory = try StateDirectory(path: path)
        var check = TailCheck(directory, witness: witness?.remembered)
        var loss = try accept(check.findingBeforeOpening)
        try directory.createDatabaseFile()
        let connection = try StoreConnection(path: directory.databasePath, options: options) { db in
            let finding = try accept(check.finding(in: db))
            loss = loss ?? finding
        }
        let (state, sequences): (StoredState, [String: Int64])
        do {
            (state, sequences) = try begin(connection, check, loss)
        } catch {
            try? connection.close()
            throw SessionStoreErrors.any(error)
        }
        writer.load(sequences)
        ballast = Ballast(directory: path, size: options.ballastSize)
        _ = ballast.allowsAdditions()
        self.directory = directory
        self.connection = connection
        obstacle = nil
        reopenAt = nil
        noteCommit()
        return state
    }

    /// - Throws: where a loss was found and is not accepted.
    private func accept(_ finding: String?) throws(SessionStoreError) -> String? {
        if let finding, !options.acceptsLostTail { throw SessionStoreErrors.lostTail(finding) }
        return finding
    }

    /// Reads what is there and counts this start. A database that begins gets a name, and one whose loss is accepted a new
    /// one: should the lost part turn up again, it is another history. The mark is on disk before the name is, so a
    /// database with a name and without a mark was never left by a crash.
    private func begin(
        _ connection: StoreConnection,
        _ check: TailCheck,
        _ loss: String?
    ) throws -> (StoredState, [String: Int64]) {
        if let known = check.found.database, loss == nil {
            databaseID = known
            markFile = try CommitMarkFile(opening: path)
        } else {
            databaseID = UInt64.random(in: 1...UInt64(Int64.max))
            markFile = try CommitMarkFile(creating: CommitMark(database: databaseID, sequence: 0), in: path)
        }
        var (state, sequences) = try connection.transaction { db in
            try MetaRecord.database.write(Int64(databaseID), to: db)
            return try Self.startGeneration(db, countingLoss: loss != nil)
        }
        state.lostTail = loss.map { LostTail(finding: $0, isPlaneCurrent: check.isWitnessCurrent) }
        commitSequence = try connection.transaction { db in try MetaRecord.commitSequence.read(from: db) ?? 0 }
        return (state, sequences)
    }

    /// Remembers the last commit outside of the database; always after it.
    private func noteCommit() {
        let mark = CommitMark(database: databaseID, sequence: commitSequence)
        witness?.note(mark)
        markFile?.note(mark)
    }

    /// Reads with the open connection, for other kinds of records than sessions.
    func transaction<Value>(_ work: (Database) throws -> Value) throws(SessionStoreError) -> Value {
        guard let connection else { throw obstacle ?? SessionStoreErrors.notLoaded }
        do { return try connection.transaction(work) } catch { throw SessionStoreErrors.any(error) }
    }

    /// Counts this start and reads what is there.
    private static func startGeneration(
        _ db: Database,
        countingLoss: Bool
    ) throws -> (StoredState, [String: Int64]) {
        let last = try MetaRecord.generation.read(from: db)
        if last == nil, try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sessions)") == true {
            throw SessionStoreErrors.damagedMeta(MetaRecord.generation.rawValue)
        }
        let generation = (last ?? 0) + 1
        var reader = StateReader(db, generation: generation)
        var state = try reader.read()
        state.lostTails = Int(clamping: (try MetaRecord.lostTails.read(from: db) ?? 0) + (countingLoss ? 1 : 0))
        if countingLoss { try MetaRecord.lostTails.write(Int64(state.lostTails), to: db) }
        try MetaRecord.generation.write(generation, to: db)
        try countCommit(db)
        return (state, reader.sequences)
    }

    @discardableResult
    private static func countCommit(_ db: Database) throws -> Int64 {
        let number = (try MetaRecord.commitSequence.read(from: db) ?? 0) + 1
        try MetaRecord.commitSequence.write(number, to: db)
        return number
    }

    package func commit(_ change: StoreChange) async throws(SessionStoreError) {
        let result = await withCheckedContinuation { answer in
            waiting.append(Waiting(change: change, answer: answer))
            scheduleDrain()
        }
        try result.get()
    }

    /// Refuses further changes, writes the log into the database file and gives the directory free.
    package func close() {
        while !waiting.isEmpty { drain() }
        obstacle = SessionStoreErrors.closed
        reopenAt = nil
        try? connection?.close()
        connection = nil
        markFile?.sync()
        markFile = nil
        directory = nil
    }

    // MARK: Group commit

    /// The drain queues behind the callers that arrived while the last transaction was on its way.
    private func scheduleDrain() {
        guard !isDrainScheduled else { return }
        isDrainScheduled = true
        Task { self.drain() }
    }

    private func drain() {
        isDrainScheduled = false
        let group = Array(waiting.prefix(options.groupSize))
        waiting.removeFirst(group.count)
        if !waiting.isEmpty { scheduleDrain() }
        guard !group.isEmpty else { return }
        for (waiting, result) in zip(group, write(group.map(\.change))) { waiting.answer.resume(returning: result) }
    }

    private func write(_ changes: [StoreChange]) -> [Result<Void, SessionStoreError>] {
        reopenIfDue()
        if let obstacle { return changes.map { _ in .failure(obstacle) } }
        // While nothing is held back for removals, only removals may use what is left.
        let allowed = ballast.allowsAdditions() ? Array(changes.indices) : Self.removals(in: changes)
        var results = changes.map { _ in Result<Void, SessionStoreError>.failure(SessionStoreErrors.noSpace) }
        do throws(SessionStoreError) {
            for (index, result) in zip(allowed, try transact(allowed.map { changes[$0] })) { results[index] = result }
        } catch {
            guard error.kind == .diskFull else { return note(error, for: changes) }
            return writeRemovals(changes)
        }
        return results
    }

    /// The disk is full: what is held back goes to those who cut somebody off.
    private func writeRemovals(_ changes: [StoreChange]) -> [Result<Void, SessionStoreError>] {
        var results = changes.map { _ in Result<Void, SessionStoreError>.failure(SessionStoreErrors.noSpace) }
        guard ballast.release() else { return results }
        let removals = Self.removals(in: changes)
        do throws(SessionStoreError) {
            for (index, result) in zip(removals, try transact(removals.map { changes[$0] })) { results[index] = result }
        } catch {
            if error.kind != .diskFull { return note(error, for: changes) }
        }
        return results
    }

    private static func removals(in changes: [StoreChange]) -> [Int] {
        changes.indices.filter { index in
            switch changes[index] {
            case .revokeUser, .removeSession, .removeWebhook, .forgetReservedTokens, .forgetAnswers: true
            case .lobbies(.removeDeployment), .lobbies(.removeLobby), .lobbies(.removePlayer): true
            case .createSession, .addUser, .movePorts, .setHost, .setConnectionID, .markUsed, .retryWebhook, .answering,
                .lobbies:
                false
            }
        }
    }

    /// One transaction; a change that is refused for its own sake does not take the others with it.
    private func transact(_ changes: [StoreChange]) throws(SessionStoreError) -> [Result<Void, SessionStoreError>] {
        guard let connection, !changes.isEmpty else { return [] }
        do {
            let (number, results) = try connection.transaction { db in
                let results = try changes.map { try writeOne($0, db) }
                return (try Self.countCommit(db), results)
            }
            commitSequence = number
            writer.keep()
            noteCommit()
            return results
        } catch {
            writer.undo(to: 0)
            throw SessionStoreErrors.any(error)
        }
    }

    private func writeOne(_ change: StoreChange, _ db: Database) throws -> Result<Void, SessionStoreError> {
        let mark = writer.mark
        do {
            try db.inSavepoint {
                try writer.apply(change, to: db)
                return .commit
            }
            return .success(())
        } catch let error as SessionStoreError {
            writer.undo(to: mark)
            return .failure(error)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT && db.isInsideTransaction {
            writer.undo(to: mark)
            return .failure(SessionStoreErrors.sqlite(error))
        }
    }

    // MARK: Failures

    /// After a disk error nobody knows what SQLite's cache and the kernel's still agree on, so the connection is given
    /// up. Another program's lock and a read-only file say nothing against it.
    private func note(_ error: SessionStoreError, for changes: [StoreChange]) -> [Result<Void, SessionStoreError>] {
        if error.kind != .locked, error.kind != .readOnly {
            try? connection?.close()
            connection = nil
            obstacle = error
            reopenAt = .now + options.reopenPause
        }
        return changes.map { _ in .failure(error) }
    }

    private func reopenIfDue() {
        guard let due = reopenAt, due <= .now, let directory else { return }
        reopenAt = .now + options.reopenPause
        do {
            let fresh = try StoreConnection(path: directory.databasePath, options: options)
            let (database, found, sequences) = try fresh.transaction { db in
                (
                    try MetaRecord.database.read(from: db), try MetaRecord.commitSequence.read(from: db) ?? 0,
                    try Self.sequences(db)
                )
            }
            let mark = CommitMark(database: databaseID, sequence: commitSequence)
            if let finding = mark.finding(database: database.map { UInt64(bitPattern: $0) }, sequence: found) {
                try? fresh.close()
                obstacle = SessionStoreErrors.lostTail(finding)
                reopenAt = nil
                return
            }
            connection = fresh
            commitSequence = found
            writer.load(sequences)
            obstacle = nil
            reopenAt = nil
            noteCommit()
        } catch {
            obstacle = SessionStoreErrors.any(error)
        }
    }

    private static func sequences(_ db: Database) throws -> [String: Int64] {
        var sequences: [String: Int64] = [:]
        try db.cachedStatement(sql: SessionRecord.selectAll).forEachRow { row in
            if let record = SessionRecord(&row) { sequences[record.id] = record.sequence }
        }
        return sequences
    }
}
