import GRDB
import Testing

@testable import RelayControl
@testable import RelayStore

@Suite("Lobbies on disk", .timeLimit(.minutes(10)))
struct LobbyStoreTests {
    private static let service = LobbyDeployment(name: "game", status: .released, createdAt: 1.5)

    @Test("What was committed is read back after a restart, and what was removed is not")
    func roundTrip() async throws {
        let directory = TemporaryDirectory()
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        try await store.commit(.saveDeployment(Self.service))
        try await store.commit(.saveDeployment(LobbyDeployment(name: "gone", status: .created, createdAt: 2)))
        try await store.commit(.removeDeployment(name: "gone"))
        let lobby = try Self.lobby(id: "a", players: 2)
        try await store.commit(.saveLobby(Self.lobby(id: "a", players: 1)))
        try await store.commit(.saveLobby(lobby))
        try await store.commit(.saveLobby(Self.lobby(id: "b", players: 1)))
        try await store.commit(.removeLobby(id: "b"))
        let late = LobbyPlayer(number: 3, id: "late", isHost: false, address: "2001:db8::1", source: "2001:db8::/64")
        try await store.commit(.addPlayer(late, lobbyID: "a"))
        try await store.commit(.removePlayer(number: 2, lobbyID: "a"))
        var changed = lobby
        changed.capacity = 9
        changed.barred = ["10.0.0.9"]
        changed.isKeyed = true
        changed.silentSeats = 1
        try await store.commit(.changeLobby(changed))
        await store.close()
        let again = SQLiteSessionStore(directory: directory.state)
        _ = try await again.load()
        let found = try await again.loadLobbies()
        #expect(found.deployments == [Self.service])
        changed.players = [lobby.players[0], late]
        changed.silentSeats = 0
        #expect(found.lobbies == [changed])
        #expect(found.damaged.isEmpty)
        await again.close()
    }

    @Test("A damaged row is set aside and reported, and the players of its lobby; the others are served")
    func damage() async throws {
        let directory = TemporaryDirectory()
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        for id in ["a", "b"] { try await store.commit(.saveLobby(Self.lobby(id: id, players: 1))) }
        await store.close()
        try await DatabaseQueue(path: directory.database).write {
            try $0.execute(sql: "UPDATE lobbies SET name = 'c' WHERE name = 'a'")
        }
        for expected in [2, 0] {
            let again = SQLiteSessionStore(directory: directory.state)
            _ = try await again.load()
            let found = try await again.loadLobbies()
            #expect(found.lobbies.map(\.id) == ["b"])
            #expect(found.damaged.count == expected)
            await again.close()
        }
    }

    @Test("A damaged row of a player costs that player; rows without their lobby are set aside")
    func damagedPlayers() async throws {
        let directory = TemporaryDirectory()
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        for id in ["a", "b"] { try await store.commit(.saveLobby(Self.lobby(id: id, players: 3))) }
        await store.close()
        try await DatabaseQueue(path: directory.database).write {
            try $0.execute(
                sql: """
                    UPDATE lobby_players SET token = token + 1 WHERE lobby = 'a' AND number = 2;
                    DELETE FROM lobbies WHERE name = 'b'
                    """
            )
        }
        for expected in [2, 0] {
            let again = SQLiteSessionStore(directory: directory.state)
            _ = try await again.load()
            let found = try await again.loadLobbies()
            #expect(found.lobbies.map(\.id) == ["a"] && found.lobbies.first?.players.map(\.number) == [1, 3])
            #expect(found.damaged.count == expected, "\(found.damaged)")
            await again.close()
        }
    }

    @Test("Lobbies of an older database, with their players in one document, are read, and their players become rows")
    func olderDocuments() async throws {
        let directory = TemporaryDirectory()
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        await store.close()
        let document = #"""
            {"id":"a","deployment":"game","name":"room","capacity":4,"isJoinable":true,"tags":[],"annotations":[],\
            "players":[{"id":"h","isHost":true,"address":"10.0.0.1","source":"10.0.0.1","token":7},\
            {"id":"p","isHost":false,"address":"10.0.0.2","source":"10.0.0.2"}],"createdAt":2}
            """#.replacing("\\\n", with: "")
        var sum = RowChecksum(table: "lobbies")
        sum.add("a")
        sum.add(Array(document.utf8))
        let checksum = sum.value
        try await DatabaseQueue(path: directory.database).write {
            try OlderDatabase.revert($0, to: 4)
            try $0.execute(
                sql: "INSERT INTO lobbies (name, document, checksum) VALUES ('a', CAST(? AS BLOB), ?)",
                arguments: [document, checksum]
            )
        }
        for _ in 0..<2 {
            let again = SQLiteSessionStore(directory: directory.state)
            _ = try await again.load()
            let found = try await again.loadLobbies()
            #expect(found.damaged.isEmpty)
            let players = try #require(found.lobbies.first?.players)
            #expect(players.map(\.id) == ["h", "p"] && players.map(\.number) == [1, 2])
            #expect(players.map(\.token) == [7, nil] && players.map(\.isHost) == [true, false])
            await again.close()
        }
        let rows = try await DatabaseQueue(path: directory.database).read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM lobby_players")
        }
        #expect(rows == 2)
    }

    @Test("A database of the first version gets the tables")
    func migration() async throws {
        let directory = TemporaryDirectory()
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        await store.close()
        try await DatabaseQueue(path: directory.database).write { try OlderDatabase.revert($0, to: 1) }
        let again = SQLiteSessionStore(directory: directory.state)
        _ = try await again.load()
        try await again.commit(.saveDeployment(Self.service))
        #expect(try await again.loadLobbies().deployments == [Self.service])
        await again.close()
    }

    private static func lobby(id: String, players: Int) throws -> Lobby {
        Lobby(
            id: id,
            deployment: "game",
            name: "room",
            capacity: 4,
            isJoinable: true,
            tags: ["eu"],
            annotations: [LobbyAnnotation(inject: true, key: "k", value: "v")],
            players: (0..<players).map {
                LobbyPlayer(
                    number: $0 + 1,
                    id: "\($0)",
                    isHost: $0 == 0,
                    address: "10.0.0.1",
                    source: "10.0.0.1",
                    token: 7
                )
            },
            sessionID: "000000000000-S",
            startedAt: 3,
            createdAt: 2
        )
    }
}
