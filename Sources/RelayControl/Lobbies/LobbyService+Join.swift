internal import Logging
internal import RelayNet

extension LobbyService {
    /// - Throws: `.invalid`, `.notFound`, `.forbidden` where the host has barred the caller's source, `.conflict`,
    ///   `.tooMany` where the source has all the seats that one may have, `.unavailable`.
    package func join(
        _ id: String,
        playerID: String,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> LobbyView {
        try requireDeployed(deployment)
        try LobbyRules.checkText(playerID, "player.id", most: LobbyLimits.playerID)
        return try await exclusively(id) { () async throws(RelayError) in
            try await self.performJoin(id, playerID: playerID, in: deployment, by: caller)
        }
    }

    private func performJoin(
        _ id: String,
        playerID: String,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> LobbyView {
        let lobby = try lobby(id, in: deployment)
        touch(id, by: caller)
        if let known = lobby.players.first(where: { $0.id == playerID }) {
            guard caller.speaksFor(known.source) || isFree(caller) else {
                throw RelayError(.conflict, "a player with this id is in the lobby already, choose another id")
            }
            entries[id]?.seats.returned(known.number, at: uptime())
            countSeats(of: id)
            return try await view(id, by: caller)
        }
        guard lobby.isJoinable else { throw RelayError(.conflict, "the lobby takes no players now") }
        guard isFree(caller) || !lobby.barred.contains(caller.source) else {
            throw RelayError(.forbidden, "the host has barred this address from the lobby")
        }
        try await makeRoom(in: id, for: caller)
        guard let player = try await seat(playerID, in: id, for: caller) else { throw Self.noLobby }
        tell(id, .playerJoined(id: playerID, playerCount: entries[id]?.lobby.playerCount ?? 0))
        logger.debug("a player joined", metadata: ["lobby": "\(id)", "player": "\(player.number)"])
        return try await view(id, by: caller)
    }

    /// The relay knows the token, and the disk the player, before anybody can read either here.
    private func seat(
        _ playerID: String,
        in id: String,
        for caller: LobbyCaller
    ) async throws(RelayError) -> LobbyPlayer? {
        guard let before = entries[id]?.lobby else { return nil }
        var player = LobbyPlayer(
            number: before.nextNumber,
            id: playerID,
            isHost: false,
            address: caller.address.description,
            source: caller.source
        )
        if let session = before.sessionID {
            do {
                player.token = try await directory.authorizeUser(sessionID: session, address: player.address).user.token
            } catch {
                guard error.code == .notFound else { throw error }
                await end(id, because: "its relay session ended")
                return nil
            }
        }
        do {
            try await save(.addPlayer(player, lobbyID: id))
        } catch {
            await revoke(player, in: before)
            throw error
        }
        guard var changed = entries[id]?.lobby else {
            // The game ended while the row was written: it has to leave the disk again.
            owedRemovals.insert(id)
            return nil
        }
        changed.players.append(player)
        entries[id]?.seats.add(player, at: uptime())
        show(changed)
        return player
    }

    // MARK: Seats that nobody sits in

    /// Takes seats of players who fell silent, as far as the caller needs one.
    private func makeRoom(in id: String, for caller: LobbyCaller) async throws(RelayError) {
        guard let lobby = entries[id]?.lobby, let seats = entries[id]?.seats else { throw Self.noLobby }
        let own = seats.numbers(at: caller.source)
        let hasAll =
            !caller.isTrusted && caller.source != lobby.host?.source && own.count >= settings.maxSeatsPerSource
        let isFull = lobby.players.count >= lobby.capacity
        if let host = lobby.host?.source, !caller.isTrusted, !lobby.isKeyed {
            guard (shelves[lobby.deployment]?.players(ofHost: host) ?? 0) < LobbyLimits.playersPerHost else {
                throw RelayError(
                    .tooMany,
                    "the lobbies of this host's address have \(LobbyLimits.playersPerHost) players, no more are possible"
                )
            }
        }
        guard hasAll || isFull else { return }
        await checkSeats(of: id, only: isFull ? nil : own)
        if hasAll {
            guard let silent = silentPlayers(of: id).first(where: own.contains) else {
                throw RelayError(
                    .tooMany,
                    "this address has \(own.count) seats of the lobby already ('lobbies.max_seats_per_source'); leave one"
                )
            }
            try await unseat(silent, in: id)
        }
        while let lobby = entries[id]?.lobby, lobby.players.count >= lobby.capacity {
            guard let silent = silentPlayers(of: id).first else {
                throw RelayError(.conflict, "the lobby is full, it takes \(lobby.capacity) players")
            }
            try await unseat(silent, in: id)
        }
    }

    /// Takes a player out: cut off in the relay, so gone from here too, whatever the disk says.
    func unseat(_ number: Int, in id: String) async throws(RelayError) {
        guard let lobby = entries[id]?.lobby, let player = lobby.players.first(where: { $0.number == number }) else {
            return
        }
        await revoke(player, in: lobby)
        guard var changed = entries[id]?.lobby else { return }
        changed.players.removeAll { $0.number == number }
        entries[id]?.seats.remove(number)
        changed.silentSeats = silentPlayers(of: id).count
        show(changed)
        tell(id, .playerLeft(id: player.id, playerCount: changed.playerCount))
        try await save(.removePlayer(number: number, lobbyID: id))
    }

    func revoke(_ player: LobbyPlayer, in lobby: Lobby) async {
        guard let session = lobby.sessionID, let token = player.token else { return }
        do {
            _ = try await directory.revokeUser(sessionID: session, userToken: token)
        } catch {
            // The directory cuts off first, and comes back to what the disk refused.
            if error.code != .notFound { logger.warning("a player's token is cut off, but: \(error)") }
        }
    }
}
