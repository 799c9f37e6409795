internal import Logging

// The calls of a lobby's host.
extension LobbyService {
    /// - Throws: `.invalid`, `.notFound`, `.forbidden`, `.conflict`, `.unavailable`.
    package func update(
        _ id: String,
        _ update: LobbyUpdate,
        in deployment: String,
        by caller: LobbyCaller
    ) async throws(RelayError) -> LobbySnapshot {
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
    ) async throws(RelayError) -> LobbySnapshot {
        try requireHost(caller, of: lobby(id, in: deployment))
        touch(id, by: caller)
        if update.capacity != nil { await checkSeats(of: id) }
        var changed = try lobby(id, in: deployment)
        if let capacity = update.capacity {
            guard capacity >= changed.playerCount else {
                throw RelayError(
                    .conflict,
                    "capacity \(capacity) is below the \(changed.playerCount) players who are in the lobby"
                )
            }
            changed.capacity = capacity
        }
        changed.isJoinable = update.isJoinable ?? changed.isJoinable
        changed.tags = update.tags ?? changed.tags
        try await save(.changeLobby(changed))
        changed.silentSeats = entries[id]?.lobby.silentSeats ?? 0
        try keep(changed)
        guard let snapshot = entries[id]?.snapshot else { throw Self.noLobby }
        return snapshot
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

    /// Makes the relay session, in which the lobby's host is the host; started already is no error.
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
        touch(id, by: caller)
        if changed.isStarted { return try await view(id, by: caller) }
        // From the start, so that a joiner who is pointed at the wrong port does not become host.
        let session = try await directory.create(
            SessionRequest(
                addresses: changed.players.map(\.address),
                hostIndex: changed.players.firstIndex(where: \.isHost)
            )
        )
        for (index, user) in session.users.enumerated() where changed.players.indices.contains(index) {
            changed.players[index].token = user.token
        }
        changed.sessionID = session.id
        changed.startedAt = now()
        // Who waits for the start is there until the game shows otherwise.
        changed.silentSeats = 0
        do throws(RelayError) {
            try await save(.saveLobby(changed))
            try keep(changed)
        } catch {
            _ = try? await directory.delete(id: session.id)
            throw error
        }
        entries[id]?.servedSince = uptime()
        entries[id]?.sessionToken = session.token
        entries[id]?.nextCheck = uptime() + settings.hostTimeout
        idsBySession[session.id] = id
        logger.info("lobby started", metadata: ["lobby": "\(id)", "session": "\(session.id)"])
        tell(id, .started)
        return try await view(id, by: caller)
    }

    /// Shows what is on disk now. A game may have ended while it was written: then it has to leave the disk again.
    private func keep(_ changed: Lobby) throws(RelayError) {
        guard entries[changed.id] != nil else {
            owedRemovals.insert(changed.id)
            throw Self.noLobby
        }
        show(changed)
    }
}
