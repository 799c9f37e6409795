import GRDB

/// Databases as earlier versions left them.
enum OlderDatabase {
    /// What takes each version back to the one before it, the newest first.
    private static let steps: [(version: Int, undo: String)] = [
        (5, "DROP TABLE lobby_players"),
        (4, "DROP TABLE answers"),
        (3, "ALTER TABLE sessions DROP COLUMN highest_rejoin_id; ALTER TABLE users DROP COLUMN rejoin_id"),
        (2, "DROP TABLE lobbies; DROP TABLE lobby_services"),
    ]

    /// Takes a current database back to an earlier version of the schema.
    static func revert(_ db: Database, to version: Int) throws {
        for step in steps where step.version > version { try db.execute(sql: step.undo) }
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }
}
