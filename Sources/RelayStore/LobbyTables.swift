internal import Foundation
internal import GRDB
internal import RelayControl

/// The tables of lobby services, lobbies and their players. Services and lobbies are a JSON document a row, with its
/// checksum. Players are rows of their own (`LobbyPlayerRecord`): who comes and goes costs a row, however large the lobby
/// is. Older databases have the players in the lobby's document; they become rows when they are read.
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
        case .saveLobby(let lobby): try save(lobby, db)
        case .changeLobby(let lobby): try saveAlone(lobby, db)
        case .addPlayer(let player, let id): try LobbyPlayerRecord(player, lobby: id).write(to: db)
        case .removePlayer(let number, let id):
            try db.cachedStatement(sql: LobbyPlayerRecord.delete).execute(arguments: [id, number])
        case .removeLobby(let id):
            try remove(id, from: lobbies, db)
            try db.cachedStatement(sql: LobbyPlayerRecord.deleteAll).execute(arguments: [id])
        }
    }

    private static func save(_ lobby: Lobby, _ db: Database) throws {
        try saveAlone(lobby, db)
        try db.cachedStatement(sql: LobbyPlayerRecord.deleteAll).execute(arguments: [lobby.id])
        for player in lobby.players { try LobbyPlayerRecord(player, lobby: lobby.id).write(to: db) }
    }

    private static func saveAlone(_ lobby: Lobby, _ db: Database) throws {
        var alone = lobby
        alone.players = []
        try save(alone, as: lobby.id, in: lobbies, db)
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
        let players = try players(generation, &stored.damaged, db)
        for index in stored.lobbies.indices { try take(&stored.lobbies[index], players, db) }
        let known = Set(stored.lobbies.map(\.id))
        for id in players.keys.sorted() where !known.contains(id) {
            stored.damaged.append("players of the lobby \(id), which is not there")
            try LobbyPlayerRecord.quarantine("lobby = ?", [id.databaseValue], generation, db)
        }
        return stored
    }

    /// Gives a lobby its players; those of an older record become rows.
    private static func take(_ lobby: inout Lobby, _ players: [String: [LobbyPlayer]], _ db: Database) throws {
        if lobby.players.isEmpty {
            lobby.players = players[lobby.id] ?? []
            return
        }
        for index in lobby.players.indices { lobby.players[index].number = index + 1 }
        try save(lobby, db)
    }

    /// The players of each lobby, in the order of their numbers.
    private static func players(
        _ generation: Int64,
        _ damaged: inout [String],
        _ db: Database
    ) throws -> [String: [LobbyPlayer]] {
        var players: [String: [LobbyPlayer]] = [:]
        var broken: [(lobby: String?, number: Int64?)] = []
        try db.cachedStatement(sql: LobbyPlayerRecord.selectAll).forEachRow { row in
            let (lobby, number, player) = LobbyPlayerRecord.read(&row)
            if let lobby, let player {
                players[lobby, default: []].append(player)
            } else {
                broken.append((lobby, number))
            }
        }
        for key in broken {
            damaged.append("the row of player \(key.number.map(String.init) ?? "?") of the lobby \(key.lobby ?? "?")")
            try LobbyPlayerRecord.quarantine(
                "lobby = ? AND number = ?",
                [key.lobby?.databaseValue ?? .null, key.number?.databaseValue ?? .null],
                generation,
                db
            )
        }
        return players
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
