package import RelayControl

/// Lobbies are in the same file as the sessions, and share their transactions. The session store's `load` has to come
/// first.
extension SQLiteSessionStore: LobbyStore {
    package func loadLobbies() async throws(SessionStoreError) -> StoredLobbies {
        try transaction { db in try LobbyTables.read(db) }
    }

    package func commit(_ change: LobbyChange) async throws(SessionStoreError) {
        try await commit(StoreChange.lobbies(change))
    }
}
