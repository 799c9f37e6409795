internal import Logging

extension LobbyService {
    /// Unknown lobbies and players are no error. When the host leaves, the lobby ends. Whom the host makes leave does not
    /// come again: its source is barred from the lobby.
    /// - Throws: `.forbidden` unless the caller is at the player's address or the host's, `.unavailable`.
    package func leave(
        _ id: String,
        playerID: String,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) {
        try requireDeployed(deployment)
        try await exclusively(id) { () async throws(RelayError) in
            try await self.performLeave(id, playerID: playerID, in: deployment, by: caller)
        }
    }

    private func performLeave(
        _ id: String,
        playerID: String,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) {
        guard let lobby = try? lobby(id, in: deployment),
            let player = lobby.players.first(where: { $0.id == playerID })
        else { return }
        touch(id, by: caller)
        let isHost = caller.speaksFor(lobby.host?.source)
        guard caller.speaksFor(player.source) || isHost || isFree(caller) else {
            throw RelayError(
                .forbidden,
                "only the player can leave, from the address it joined from, or the host makes it leave ('lobbies.open')"
            )
        }
        guard !player.isHost else {
            await end(id, because: "the host left")
            return
        }
        if isHost, player.source != caller.source { try await bar(player.source, from: id) }
        try await unseat(player.number, in: id)
        if entries[id] == nil { owedRemovals.insert(id) }
    }

    /// In force at once, whatever the disk says.
    private func bar(_ source: String, from id: String) async throws(RelayError) {
        guard var lobby = entries[id]?.lobby, !lobby.barred.contains(source) else { return }
        lobby.barred.append(source)
        if lobby.barred.count > LobbyLimits.barred { lobby.barred.removeFirst() }
        show(lobby)
        try await save(.changeLobby(lobby))
    }
}
