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
        await store.close()
        let again = SQLiteSessionStore(directory: directory.state)
        _ = try await again.load()
        let found = try await again.loadLobbies()
        #expect(found.deployments == [Self.service])
        #expect(found.lobbies == [lobby])
        #expect(found.damaged.isEmpty)
        await again.close()
    }

    @Test("A damaged row is set aside and reported; the others are served")
    func damage() async throws {
        let directory = TemporaryDirectory()
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        for id in ["a", "b"] { try await store.commit(.saveLobby(Self.lobby(id: id, players: 1))) }
        await store.close()
        try await DatabaseQueue(path: directory.database).write {
            try $0.execute(sql: "UPDATE lobbies SET name = 'c' WHERE name = 'a'")
        }
        for expected in [1, 0] {
            let again = SQLiteSessionStore(directory: directory.state)
            _ = try await again.load()
            let found = try await again.loadLobbies()
            #expect(found.lobbies.map(\.id) == ["b"])
            #expect(found.damaged.count == expected)
            await again.close()
        }
    }

    @Test("A database of the first version gets the tables")
    func migration() async throws {
        let directory = TemporaryDirectory()
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        await store.close()
        try await DatabaseQueue(path: directory.database).write {
            try $0.execute(
                sql: """
                    DROP TABLE answers; DROP TABLE lobbies; DROP TABLE lobby_services; PRAGMA user_version = 1;
                    ALTER TABLE sessions DROP COLUMN highest_rejoin_id; ALTER TABLE users DROP COLUMN rejoin_id
                    """
            )
        }
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
                LobbyPlayer(id: "\($0)", isHost: $0 == 0, address: "10.0.0.1", source: "10.0.0.1", token: 7)
            },
            sessionID: "000000000000-S",
            startedAt: 3,
            createdAt: 2
        )
    }
}
