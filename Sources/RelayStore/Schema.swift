internal import GRDB

/// The tables, and how an older database becomes a current one. Changes are additive: a step is never edited once
/// released.
enum Schema {
    /// Goes up with every step; kept in the file's `user_version`.
    static var version: Int { steps.count }

    /// `CsWy`, kept in the file's `application_id`: this is no other program's database.
    static let applicationID = 0x4373_5779

    /// Every table is STRICT, so that the integrity check also finds values of another type, and every row carries a
    /// checksum of all its columns.
    ///
    /// Users are rows, not a blob in their session's row: authorize and revoke write a few bytes however large the
    /// session is, and damage costs one user. The users' key keeps those of a session beside each other. What a
    /// session's row says of its users (how many, and the XOR of their checksums) finds rows that vanished and rows
    /// that came back, which no checksum in the row itself can.
    private static let steps: [String] = [
        """
        CREATE TABLE meta (
            name TEXT NOT NULL PRIMARY KEY,
            value INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sessions (
            sequence INTEGER NOT NULL PRIMARY KEY,
            id TEXT NOT NULL,
            token INTEGER NOT NULL,
            next_user_number INTEGER NOT NULL,
            dedicated_pair INTEGER,
            server_port INTEGER NOT NULL,
            client_port INTEGER NOT NULL,
            host_number INTEGER,
            was_used INTEGER NOT NULL,
            created_in_generation INTEGER NOT NULL,
            created_at REAL NOT NULL,
            webhook_url TEXT,
            user_count INTEGER NOT NULL,
            users_digest INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE users (
            session INTEGER NOT NULL,
            number INTEGER NOT NULL,
            address TEXT NOT NULL,
            token INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (session, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ended_tokens (
            token INTEGER NOT NULL PRIMARY KEY,
            ended_at REAL NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE webhooks (
            id INTEGER NOT NULL PRIMARY KEY,
            session_id TEXT NOT NULL,
            url TEXT NOT NULL,
            body BLOB NOT NULL,
            created_at REAL NOT NULL,
            attempts INTEGER NOT NULL,
            next_attempt_at REAL NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE quarantine (
            id INTEGER NOT NULL PRIMARY KEY,
            source TEXT NOT NULL,
            contents ANY,
            generation INTEGER NOT NULL
        ) STRICT;
        """,
        LobbyTables.schema,
        // Rows of before have no value there, and keep their checksums.
        """
        ALTER TABLE sessions ADD COLUMN highest_rejoin_id INTEGER;
        ALTER TABLE users ADD COLUMN rejoin_id INTEGER;
        """,
        AnswerRecord.schema,
        LobbyPlayerRecord.schema,
    ]

    /// Makes the database current.
    /// - Parameter verify: looks at a database of Causeway before anything in it is changed.
    /// - Throws: what `verify` throws; `SessionStoreError` `.newerSchema` for a database of a newer Causeway,
    ///   `.damaged` for one of another program.
    static func migrate(_ db: Database, verify: (Database) throws -> Void) throws {
        let applicationID = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
        guard applicationID == Self.applicationID || isEmpty else {
            throw SessionStoreErrors.foreign
        }
        guard (0...version).contains(found), isEmpty || found > 0 else {
            throw SessionStoreErrors.newerSchema(found: found)
        }
        try verify(db)
        guard found < version else { return }
        try db.inTransaction(.immediate) {
            for step in steps[found...] { try db.execute(sql: step) }
            try db.execute(sql: "PRAGMA application_id = \(Self.applicationID); PRAGMA user_version = \(version)")
            return .commit
        }
    }
}
