import RelayControl

/// Takes every change and keeps nothing: these tests do not restart.
struct MemoryLobbyStore: LobbyStore {
    func loadLobbies() async throws(SessionStoreError) -> StoredLobbies { StoredLobbies() }

    func commit(_ change: LobbyChange) async throws(SessionStoreError) {}
}
