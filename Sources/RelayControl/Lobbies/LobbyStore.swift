/// Durable records of lobby services and lobbies.
package protocol LobbyStore: Sendable {
    /// Everything that has to be restored.
    /// - Throws: `SessionStoreError` when the database cannot be read or is not open.
    func loadLobbies() async throws(SessionStoreError) -> StoredLobbies

    /// Makes a change durable: when it has returned, the change survives power loss.
    func commit(_ change: LobbyChange) async throws(SessionStoreError)
}

/// What `LobbyStore.loadLobbies` finds.
package struct StoredLobbies: Sendable {
    package var deployments: [LobbyDeployment]
    package var lobbies: [Lobby]
    /// Rows that were set aside; words for the log, without secrets.
    package var damaged: [String]

    package init(deployments: [LobbyDeployment] = [], lobbies: [Lobby] = [], damaged: [String] = []) {
        self.deployments = deployments
        self.lobbies = lobbies
        self.damaged = damaged
    }
}

/// One change of a lobby service or a lobby. Removing what is not there is no error.
package enum LobbyChange: Sendable {
    case saveDeployment(LobbyDeployment)
    case removeDeployment(name: String)
    /// The lobby and all its players.
    case saveLobby(Lobby)
    /// The lobby alone; its players stay as they are.
    case changeLobby(Lobby)
    case addPlayer(LobbyPlayer, lobbyID: String)
    case removePlayer(number: Int, lobbyID: String)
    /// The lobby and its players.
    case removeLobby(id: String)
}
