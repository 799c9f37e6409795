internal import Logging
internal import RelayNet

// The calls of players on lobbies. Each is bounded by what the caller's address has to do with the lobby.
extension LobbyService {
    /// Newest first; where tags are asked for, only lobbies that have them all.
    package func list(in deployment: String, tags: [String]) throws(RelayError) -> [Lobby] {
        try requireDeployed(deployment)
        return entries.values.map(\.lobby)
            .filter { $0.deployment == deployment && Set(tags).isSubset(of: $0.tags) }
            .sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
    }

    /// - Throws: `.invalid`, `.notFound`, `.tooMany`, `.unavailable`.
    package func create(
        _ request: LobbyRequest,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> LobbyView {
        try requireDeployed(deployment)
        try request.validate(maxPlayers: settings.maxPlayers)
        // Under one key, so that nobody slips past a limit.
        return try await exclusively("create/\(deployment)") { () async throws(RelayError) in
            try await self.performCreate(request, in: deployment, by: caller)
        }
    }

    private func performCreate(
        _ request: LobbyRequest,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> LobbyView {
        let others = entries.values.map(\.lobby).filter { $0.deployment == deployment }
        guard others.count < LobbyLimits.lobbiesPerDeployment else {
            throw RelayError(.tooMany, "this lobby service has \(others.count) lobbies, no more are possible now")
        }
        let own = others.count { $0.host?.source == caller.source }
        guard caller.isTrusted || own < LobbyLimits.lobbiesPerSource else {
            throw RelayError(.tooMany, "this address hosts \(own) lobbies already; end one")
        }
        var id = newID()
        while entries[id] != nil || owedRemovals.contains(id) { id = newID() }
        let host = LobbyPlayer(
            id: request.playerID,
            isHost: true,
            address: caller.address.description,
            source: caller.source
        )
        let lobby = Lobby(
            id: id,
            deployment: deployment,
            name: request.name,
            capacity: request.capacity,
            isJoinable: request.isJoinable,
            tags: request.tags,
            annotations: request.annotations,
            players: [host],
            createdAt: now()
        )
        try await save(.saveLobby(lobby))
        entries[id] = Entry(lobby: lobby, lastNamed: uptime(), servedSince: uptime())
        guard deployments[deployment]?.isDeployed == true else {
            await end(id, because: "its lobby service was terminated")
            throw Self.noLobby
        }
        return LobbyView(lobby: lobby, session: nil, showsTokens: true)
    }

    private func newID() -> String {
        let digits = String(random.next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// - Throws: `.notFound`.
    package func get(_ id: String, in deployment: String, by caller: LobbyCaller) async throws(RelayError) -> LobbyView
    {
        try requireDeployed(deployment)
        _ = try lobby(id, in: deployment)
        touch(id)
        return try await view(id, by: caller)
    }

    /// The lobby as the caller may see it; a game whose relay session is gone has ended.
    private func view(_ id: String, by caller: LobbyCaller) async throws(RelayError) -> LobbyView {
        guard let lobby = entries[id]?.lobby else { throw Self.noLobby }
        let isMember = lobby.players.contains { caller.speaksFor($0.source) }
        guard let sessionID = lobby.sessionID, isMember || isFree(caller) else {
            return LobbyView(lobby: lobby, session: nil, showsTokens: isMember || isFree(caller))
        }
        let session: Session
        do {
            session = try await directory.session(id: sessionID)
        } catch {
            guard error.code == .notFound else { throw error }
            await end(id, because: "its relay session ended")
            throw Self.noLobby
        }
        guard let current = entries[id]?.lobby else { throw Self.noLobby }
        return LobbyView(lobby: current, session: session, showsTokens: true)
    }

    /// - Throws: `.invalid`, `.notFound`, `.forbidden`, `.conflict`, `.unavailable`.
    package func update(
        _ id: String,
        _ update: LobbyUpdate,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> Lobby {
        try requireDeployed(deployment)
        if let capacity = update.capacity {
            try LobbyRules.checkCapacity(capacity, maxPlayers: settings.maxPlayers)
        }
        if let tags = update.tags { try LobbyRules.checkTags(tags) }
        return try await exclusively(id) { () async throws(RelayError) in
            try await self.performUpdate(id, update, in: deployment, by: caller)
        }
    }

    private func performUpdate(
        _ id: String,
        _ update: LobbyUpdate,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> Lobby {
        var changed = try lobby(id, in: deployment)
        try requireHost(caller, of: changed)
        touch(id)
        if let capacity = update.capacity {
            guard capacity >= changed.players.count else {
                throw RelayError(
                    .conflict,
                    "capacity \(capacity) is below the \(changed.players.count) players who are in the lobby"
                )
            }
            changed.capacity = capacity
        }
        changed.isJoinable = update.isJoinable ?? changed.isJoinable
        changed.tags = update.tags ?? changed.tags
        try await save(.saveLobby(changed))
        try keep(changed)
        return changed
    }

    /// Ends a lobby; one that is gone already is no error, since clients retry.
    /// - Throws: `.forbidden` unless the caller is at the host's address.
    package func delete(_ id: String, in deployment: String, by caller: LobbyCaller) async throws(RelayError) {
        try requireDeployed(deployment)
        try await exclusively(id) { () async throws(RelayError) in
            guard let lobby = try? await self.lobby(id, in: deployment) else { return }
            try await self.requireHost(caller, of: lobby)
            await self.end(id, because: "the host ended it")
        }
    }

    /// - Throws: `.invalid`, `.notFound`, `.conflict`, `.unavailable`.
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
        var changed = try lobby(id, in: deployment)
        touch(id)
        if let known = changed.players.first(where: { $0.id == playerID }) {
            guard caller.speaksFor(known.source) || isFree(caller) else {
                throw RelayError(.conflict, "a player with this id is in the lobby already, choose another id")
            }
            return try await view(id, by: caller)
        }
        guard changed.isJoinable else { throw RelayError(.conflict, "the lobby takes no players now") }
        guard changed.players.count < changed.capacity else {
            throw RelayError(.conflict, "the lobby is full, it takes \(changed.capacity) players")
        }
        var player = LobbyPlayer(
            id: playerID,
            isHost: false,
            address: caller.address.description,
            source: caller.source
        )
        // The relay has to know the token before anybody can read it here.
        if let session = changed.sessionID {
            do {
                player.token = try await directory.authorizeUser(sessionID: session, address: player.address).user.token
            } catch {
                guard error.code == .notFound else { throw error }
                await end(id, because: "its relay session ended")
                throw Self.noLobby
            }
        }
        changed.players.append(player)
        do {
            try await save(.saveLobby(changed))
        } catch {
            await revoke(player, in: changed)
            throw error
        }
        try keep(changed)
        tell(id, .playerJoined(id: playerID, playerCount: changed.players.count))
        return try await view(id, by: caller)
    }

    /// Unknown lobbies and players are no error. When the host leaves, the lobby ends.
    /// - Throws: `.forbidden` unless the caller is at the player's address, `.unavailable`.
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
        guard var changed = try? lobby(id, in: deployment),
            let player = changed.players.first(where: { $0.id == playerID })
        else { return }
        touch(id)
        guard caller.speaksFor(player.source) || isFree(caller) else {
            throw RelayError(.forbidden, "only the player can leave, from the address it joined from ('lobbies.open')")
        }
        guard !player.isHost else {
            await end(id, because: "the host left")
            return
        }
        await revoke(player, in: changed)
        changed.players.removeAll { $0.id == playerID }
        guard entries[id] != nil else { return }
        // Cut off in the relay, so gone from here too, whatever the disk says.
        entries[id]?.lobby = changed
        tell(id, .playerLeft(id: playerID, playerCount: changed.players.count))
        try await save(.saveLobby(changed))
        if entries[id] == nil { owedRemovals.insert(id) }
    }

    /// Shows what is on disk now. A game may have ended while it was written: then it has to leave the disk again.
    private func keep(_ changed: Lobby) throws(RelayError) {
        guard entries[changed.id] != nil else {
            owedRemovals.insert(changed.id)
            throw Self.noLobby
        }
        entries[changed.id]?.lobby = changed
    }

    private func revoke(_ player: LobbyPlayer, in lobby: Lobby) async {
        guard let session = lobby.sessionID, let token = player.token else { return }
        do {
            _ = try await directory.revokeUser(sessionID: session, userToken: token)
        } catch {
            // The directory cuts off first, and comes back to what the disk refused.
            if error.code != .notFound { logger.warning("a player's token is cut off, but: \(error)") }
        }
    }

    /// Makes the relay session; started already is no error.
    /// - Throws: `.notFound`, `.forbidden` unless the caller is at the host's address, `.unavailable`.
    package func start(_ id: String, in deployment: String, by caller: LobbyCaller) async throws(RelayError)
        -> LobbyView
    {
        try requireDeployed(deployment)
        return try await exclusively(id) { () async throws(RelayError) in
            try await self.performStart(id, in: deployment, by: caller)
        }
    }

    private func performStart(
        _ id: String,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> LobbyView {
        var changed = try lobby(id, in: deployment)
        try requireHost(caller, of: changed)
        touch(id)
        if changed.isStarted { return try await view(id, by: caller) }
        // From the start, so that a joiner who is pointed at the wrong port does not become host.
        let session = try await directory.create(
            SessionRequest(
                addresses: changed.players.map(\.address),
                hostIndex: changed.players.firstIndex { $0.isHost }
            )
        )
        for (index, user) in session.users.enumerated() where changed.players.indices.contains(index) {
            changed.players[index].token = user.token
        }
        changed.sessionID = session.id
        changed.startedAt = now()
        do {
            try await save(.saveLobby(changed))
        } catch {
            _ = try? await directory.delete(id: session.id)
            throw error
        }
        do {
            try keep(changed)
        } catch {
            _ = try? await directory.delete(id: session.id)
            throw error
        }
        entries[id]?.servedSince = uptime()
        entries[id]?.nextCheck = uptime() + settings.hostTimeout
        idsBySession[session.id] = id
        logger.info("lobby started", metadata: ["lobby": "\(id)", "session": "\(session.id)"])
        tell(id, .started)
        return try await view(id, by: caller)
    }

    /// Whether the bounds of addresses do not count for a caller.
    private func isFree(_ caller: LobbyCaller) -> Bool { settings.isOpen || caller.isTrusted }

    private func requireHost(_ caller: LobbyCaller, of lobby: Lobby) throws(RelayError) {
        if isFree(caller) || caller.speaksFor(lobby.host?.source) { return }
        throw RelayError(
            .forbidden,
            "only the host can do this, from the address it made the lobby from ('lobbies.open')"
        )
    }
}
