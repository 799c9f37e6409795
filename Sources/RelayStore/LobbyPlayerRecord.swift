internal import GRDB
internal import RelayControl

/// A row of `lobby_players`.
struct LobbyPlayerRecord {
    var lobby: String
    var player: LobbyPlayer

    static let schema = """
        CREATE TABLE lobby_players (
            lobby TEXT NOT NULL,
            number INTEGER NOT NULL,
            id TEXT NOT NULL,
            is_host INTEGER NOT NULL,
            address TEXT NOT NULL,
            source TEXT NOT NULL,
            token INTEGER,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (lobby, number)
        ) STRICT, WITHOUT ROWID;
        """

    private static let columns = "lobby, number, id, is_host, address, source, token, checksum"
    static let selectAll = "SELECT \(columns) FROM lobby_players ORDER BY lobby, number"
    private static let upsert = "INSERT OR REPLACE INTO lobby_players (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    static let delete = "DELETE FROM lobby_players WHERE lobby = ? AND number = ?"
    static let deleteAll = "DELETE FROM lobby_players WHERE lobby = ?"

    init(_ player: LobbyPlayer, lobby: String) {
        self.lobby = lobby
        self.player = player
    }

    /// What a row holds: its key as far as it can be read, and the player where the checksum fits.
    static func read(_ row: inout RowReader) -> (lobby: String?, number: Int64?, player: LobbyPlayer?) {
        let lobby = row.text()
        let number = row.integer()
        guard let id = row.text(), let isHost = row.integer(), let address = row.text(), let source = row.text(),
            let token = row.optionalInteger(), let checksum = row.integer(), let lobby, let number,
            let playerNumber = Int(exactly: number)
        else { return (lobby, number, nil) }
        let player = LobbyPlayer(
            number: playerNumber,
            id: id,
            isHost: isHost != 0,
            address: address,
            source: source,
            token: token.flatMap { UInt32(exactly: $0) }
        )
        let record = LobbyPlayerRecord(player, lobby: lobby)
        return (lobby, number, record.checksum == checksum ? player : nil)
    }

    private var checksum: Int64 {
        var sum = RowChecksum(table: "lobby_players")
        sum.add(lobby)
        sum.add(Int64(player.number))
        sum.add(player.id)
        sum.add(Int64(player.isHost ? 1 : 0))
        sum.add(player.address)
        sum.add(player.source)
        sum.add(player.token.map { Int64($0) })
        return sum.value
    }

    func write(to db: Database) throws {
        let token: Int64? = player.token.map { Int64($0) }
        try db.cachedStatement(sql: Self.upsert).execute(arguments: [
            lobby, Int64(player.number), player.id, player.isHost ? 1 : 0, player.address, player.source, token,
            checksum,
        ])
    }

    /// Moves rows aside as text that `sqlite3` can show.
    static func quarantine(
        _ condition: String,
        _ key: [DatabaseValue],
        _ generation: Int64,
        _ db: Database
    ) throws {
        let values = columns.split(separator: ", ").map { "quote(\($0))" }.joined(separator: " || ', ' || ")
        try db.execute(
            sql: """
                INSERT INTO quarantine (source, contents, generation)
                SELECT 'lobby_players', \(values), \(generation) FROM lobby_players WHERE \(condition);
                DELETE FROM lobby_players WHERE \(condition)
                """,
            arguments: StatementArguments(key + key)
        )
    }
}
