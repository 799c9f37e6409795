internal import GRDB
internal import RelayControl
internal import RelayCore

/// Compares a database with what is remembered of it elsewhere: it may be ahead of that, and must never be behind.
///
/// SQLite takes what it finds: a log that was deleted or cut short is a shorter history to it, and an empty file a new
/// database. Both bring back tokens that were revoked.
struct TailCheck {
    private let file: CommitMarkFile.Content
    private let witness: CommitMark?
    /// The names of files that only a database leaves beside it.
    private let remains: [String]
    private let isAbsent: Bool
    /// Which database was found, and how far it has come; both `nil` for one that begins.
    private(set) var found: (database: UInt64?, sequence: Int64?)

    init(_ directory: StateDirectory, witness: CommitMark?) {
        file = CommitMarkFile.read(in: directory.path)
        self.witness = witness
        isAbsent = directory.databaseSize == 0
        remains = directory.remains
    }

    /// What is wrong, before the database is opened; SQLite would take an empty file for a new database and delete the
    /// log beside it.
    var findingBeforeOpening: String? {
        guard isAbsent else { return nil }
        var beside = remains
        switch file {
        case .missing: break
        case .unreadable: beside.append(CommitMarkFile.name)
        case .mark(let mark): if mark.sequence > 0 { beside.append(CommitMarkFile.name) }
        }
        if let last = beside.last {
            let list = beside.count == 1 ? last : beside.dropLast().joined(separator: ", ") + " and " + last
            return "it is missing or empty, but beside it \(beside.count == 1 ? "is" : "are") \(list)"
        }
        guard let witness, witness.sequence > 0 else { return nil }
        return "it is missing or empty, but the daemon before this one had come to commit \(witness.sequence)"
    }

    /// What is wrong with an open database. Changes nothing.
    mutating func finding(in db: Database) throws -> String? {
        guard !isAbsent, try db.tableExists("meta") else {
            return isAbsent ? nil : finding(database: nil, sequence: 0)
        }
        let database = try MetaRecord.database.read(from: db).map { UInt64(bitPattern: $0) }
        let sequence = try MetaRecord.commitSequence.read(from: db) ?? 0
        found = (database, sequence)
        return finding(database: database, sequence: sequence)
    }

    private func finding(database: UInt64?, sequence: Int64) -> String? {
        switch file {
        case .missing:
            if database != nil { return "\(CommitMarkFile.name), which belongs to it, is missing: is it a copy?" }
        case .unreadable:
            return "\(CommitMarkFile.name), which says how far it had come, cannot be read"
        case .mark(let mark):
            if let finding = mark.finding(database: database, sequence: sequence) { return finding }
        }
        return witness.flatMap { $0.finding(database: database, sequence: sequence) }
    }

    /// Whether the witness saw the last there was of this database: then whom it does not know had been cut off.
    var isWitnessCurrent: Bool {
        guard let witness, witness.sequence > 0, witness.database == found.database else { return false }
        if case .mark(let mark) = file, mark.database == witness.database, mark.sequence > witness.sequence {
            return false
        }
        return witness.sequence >= found.sequence ?? 0
    }
}

extension CommitMark {
    /// What is wrong with a database that has this name and came so far; `nil` for nothing.
    func finding(database: UInt64?, sequence: Int64) -> String? {
        // A mark without a commit promises nothing: a database had just begun.
        guard self.sequence > 0 else { return nil }
        guard self.database == database else { return "it is not the database that was here before" }
        guard self.sequence > sequence else { return nil }
        return "it ends at commit \(sequence), but commit \(self.sequence) was acknowledged"
    }
}
