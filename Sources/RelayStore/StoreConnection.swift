internal import GRDB
internal import RelayControl

/// One open database: checked, current, and set so that a commit survives power loss.
final class StoreConnection {
    private let queue: DatabaseQueue

    /// - Parameter verify: looks at the database before anything in it is changed.
    /// - Throws: `SessionStoreError`, that of `verify` included; a damaged file is left as it is.
    init(
        path: String,
        options: StoreOptions,
        verify: (Database) throws -> Void = { _ in }
    ) throws(SessionStoreError) {
        try WriteAheadLog.check(path: path + "-wal")
        var configuration = Configuration()
        configuration.label = "causeway.store"
        configuration.busyMode = .timeout(options.busyTimeout)
        configuration.foreignKeysEnabled = false
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                // Damage in a page must not be believed, and a damaged schema must not run code.
                try db.execute(sql: "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0")
                try Schema.migrate(db, verify: verify)
                try Self.check(db)
                try Self.makeDurable(db)
                if let pages = options.maxPages { try db.execute(sql: "PRAGMA max_page_count = \(pages)") }
            }
        } catch {
            throw SessionStoreErrors.any(error)
        }
    }

    private static func check(_ db: Database) throws {
        let findings = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
        guard findings == ["ok"] else {
            throw SessionStoreErrors.damaged(findings.first ?? "the integrity check says nothing")
        }
    }

    private static func makeDurable(_ db: Database) throws {
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw SessionStoreErrors.refused(
                "the state directory is on a file system without shared memory for SQLite's log: use a local disk"
            )
        }
        try db.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 1000;
                PRAGMA journal_size_limit = 8388608;
                PRAGMA temp_store = MEMORY;
                PRAGMA cache_size = -16384
                """
        )
        guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
            throw SessionStoreErrors.refused("SQLite does not make commits durable here")
        }
    }

    /// Runs work in one transaction.
    func transaction<Value>(_ work: (Database) throws -> Value) throws -> Value {
        try queue.writeWithoutTransaction { db in
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try work(db)
                return .commit
            }
            guard let value else { throw SessionStoreErrors.closed }
            return value
        }
    }

    /// Copies the log into the database file and closes both.
    func close() throws {
        try? queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        try queue.close()
    }
}
