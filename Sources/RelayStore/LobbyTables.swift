internal import Foundation
internal import GRDB
internal import RelayControl

/// The tables of lobby services and lobbies: a JSON document a row, with its checksum. A lobby is small and bounded, so
/// it is written whole.
enum LobbyTables {
    static let schema = """
        CREATE TABLE lobby_services (
            name TEXT NOT NULL PRIMARY KEY,
            document BLOB NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE lobbies (
            name TEXT NOT NULL PRIMARY KEY,
            document BLOB NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;
        """

    private static let services = "lobby_services"
    private static let lobbies = "lobbies"

    static func write(_ change: LobbyChange, to db: Database) throws {
        switch change {
        case .saveDeployment(let deployment): try save(deployment, as: deployment.name, in: services, db)
        case .removeDeployment(let name): try remove(name, from: services, db)
        case .saveLobby(let lobby): try save(lobby, as: lobby.id, in: lobbies, db)
        case .removeLobby(let id): try remove(id, from: lobbies, db)
        }
    }

    private static func save(_ value: some Encodable, as name: String, in table: String, _ db: Database) throws {
        let document = try JSONEncoder().encode(value)
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO \(table) (name, document, checksum) VALUES (?, ?, ?)")
            .execute(arguments: [name, document, checksum(name, Array(document), table)])
    }

    private static func remove(_ name: String, from table: String, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM \(table) WHERE name = ?").execute(arguments: [name])
    }

    private static func checksum(_ name: String, _ document: [UInt8], _ table: String) -> Int64 {
        var sum = RowChecksum(table: table)
        sum.add(name)
        sum.add(document)
        return sum.value
    }

    /// Reads everything; rows that are damaged go to the table `quarantine`. Runs inside a transaction.
    static func read(_ db: Database) throws -> StoredLobbies {
        var stored = StoredLobbies()
        let generation = try MetaRecord.generation.read(from: db) ?? 0
        stored.deployments = try rows(of: services, generation, &stored.damaged, db)
        stored.lobbies = try rows(of: lobbies, generation, &stored.damaged, db)
        return stored
    }

    private static func rows<Value: Decodable>(
        of table: String,
        _ generation: Int64,
        _ damaged: inout [String],
        _ db: Database
    ) throws -> [Value] {
        var values: [Value] = []
        var broken: [Int64] = []
        try db.cachedStatement(sql: "SELECT rowid, name, document, checksum FROM \(table) ORDER BY rowid").forEachRow {
            row in
            let number = row.integer()
            if let name = row.text(), let document = row.blob(), let sum = row.integer(),
                sum == checksum(name, document, table),
                let value = try? JSONDecoder().decode(Value.self, from: Data(document))
            {
                values.append(value)
            } else if let number {
                broken.append(number)
            }
        }
        for number in broken {
            damaged.append("row \(number) of the table \(table)")
            try db.execute(
                sql: """
                    INSERT INTO quarantine (source, contents, generation)
                    SELECT '\(table)', quote(name) || ', ' || quote(document) || ', ' || quote(checksum), \(generation)
                    FROM \(table) WHERE rowid = ?;
                    DELETE FROM \(table) WHERE rowid = ?
                    """,
                arguments: [number, number]
            )
        }
        return values
    }
}
