internal import Logging

extension LobbyService {
    /// Reads back what there was before the daemon stopped; games whose relay session is gone have ended.
    /// Call it once the directory is ready.
    /// - Throws: what the store throws.
    package func restore() async throws(SessionStoreError) {
        guard !isRestored else { return }
        let stored = try await store.loadLobbies()
        for damage in stored.damaged { logger.error("damaged record, not served: \(damage)") }
        for deployment in stored.deployments { deployments[deployment.name] = deployment }
        for lobby in stored.lobbies { insert(lobby.cleaned) }
        isRestored = true
        for lobby in stored.lobbies {
            if deployments[lobby.deployment]?.isDeployed != true {
                await end(lobby.id, because: "its lobby service is not deployed")
            } else if lobby.host == nil {
                await end(lobby.id, because: "the record of its host is lost")
            } else if let session = lobby.sessionID {
                await compare(lobby.id, with: session)
            }
        }
        logger.info("restored \(deployments.count) lobby services with \(entries.count) lobbies")
    }

    /// A player is in a running game as long as the relay session knows its token: what a crash left half done, or a record
    /// that came back, is settled by that.
    private func compare(_ id: String, with sessionID: String) async {
        let session: Session
        do {
            session = try await directory.session(id: sessionID)
        } catch {
            if error.code == .notFound { await end(id, because: "its relay session ended") }
            return
        }
        entries[id]?.sessionToken = session.token
        guard var lobby = entries[id]?.lobby else { return }
        let tokens = Set(session.users.map(\.token))
        let lost = lobby.players.filter { player in player.token.map { !tokens.contains($0) } ?? true }
        guard !lost.isEmpty else { return }
        guard !lost.contains(where: \.isHost) else { return await end(id, because: "its host was cut off") }
        let numbers = Set(lost.map(\.number))
        lobby.players.removeAll { numbers.contains($0.number) }
        for number in numbers { entries[id]?.seats.remove(number) }
        show(lobby)
        for number in numbers.sorted() {
            do {
                try await store.commit(.removePlayer(number: number, lobbyID: id))
            } catch {
                logger.warning("a player's end is not durable yet: \(error.message)", metadata: ["lobby": "\(id)"])
            }
        }
    }
}

extension Lobby {
    /// The lobby as it may be shown: records of older versions may hold control characters.
    fileprivate var cleaned: Lobby {
        var lobby = self
        lobby.name = LobbyRules.cleaned(name)
        lobby.tags = tags.map { LobbyRules.cleaned($0) }
        for index in annotations.indices {
            lobby.annotations[index].key = LobbyRules.cleaned(annotations[index].key)
            lobby.annotations[index].value = LobbyRules.cleaned(annotations[index].value, mayHaveLines: true)
        }
        for index in players.indices { lobby.players[index].id = LobbyRules.cleaned(players[index].id) }
        return lobby
    }
}
