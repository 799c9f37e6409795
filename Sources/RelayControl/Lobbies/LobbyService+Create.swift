internal import Logging
internal import RelayNet

extension LobbyService {
    /// What an address can make is bounded; where the service is full, a lobby that nobody plays in makes room.
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
        try checkShare(of: caller, in: deployment)
        if (shelves[deployment]?.ids.count ?? 0) >= LobbyLimits.lobbiesPerDeployment {
            try await makeRoom(for: caller, in: deployment)
        }
        let host = LobbyPlayer(
            number: 1,
            id: request.playerID,
            isHost: true,
            address: caller.address.description,
            source: caller.source
        )
        var lobby = Lobby(
            id: newLobbyID(),
            deployment: deployment,
            name: request.name,
            capacity: request.capacity,
            isJoinable: request.isJoinable,
            tags: request.tags,
            annotations: request.annotations,
            players: [host],
            createdAt: now()
        )
        lobby.isKeyed = caller.isTrusted
        try await save(.saveLobby(lobby))
        insert(lobby)
        guard deployments[deployment]?.isDeployed == true else {
            await end(lobby.id, because: "its lobby service was terminated")
            throw Self.noLobby
        }
        return try await view(lobby.id, by: caller)
    }

    private func newLobbyID() -> String {
        while true {
            let digits = String(random.next(), radix: 16)
            let id = String(repeating: "0", count: 16 - digits.utf8.count) + digits
            if entries[id] == nil, !owedRemovals.contains(id) { return id }
        }
    }

    private func checkShare(of caller: LobbyCaller, in deployment: String) throws(RelayError) {
        guard !caller.isTrusted, let shelf = shelves[deployment] else { return }
        let own = shelf.share(of: caller.source)
        guard own < LobbyLimits.lobbiesPerSource else {
            throw RelayError(.tooMany, "this address hosts \(own) lobbies already; end one")
        }
        guard
            caller.address.isIPv4
                || shelf.networkShare(of: caller.address.description) < LobbyLimits.lobbiesPerNetwork
        else {
            throw RelayError(
                .tooMany,
                "this network (/48) hosts \(LobbyLimits.lobbiesPerNetwork) lobbies already; end one"
            )
        }
    }

    // MARK: A full service

    /// A lobby that is not started, or whose host never came, may go after so many seconds without a call on it, though its
    /// host has no other.
    private static let forgotten: Double = 60
    /// For so long a host has time to come to the relay.
    private static let arrival: Double = 30

    /// Ends the lobby that is missed least: one that nobody plays in, of whoever hosts most.
    private func makeRoom(for caller: LobbyCaller, in deployment: String) async throws(RelayError) {
        guard let id = leastMissed(in: deployment, by: caller) else {
            throw RelayError(
                .tooMany,
                "this lobby service has \(LobbyLimits.lobbiesPerDeployment) lobbies in use, no more are possible now"
            )
        }
        _ = try await exclusively(id) { () async throws(RelayError) in
            await self.end(id, because: "the lobby service is full and nobody used it")
        }
    }

    private func leastMissed(in deployment: String, by caller: LobbyCaller) -> String? {
        guard let shelf = shelves[deployment] else { return nil }
        let time = uptime()
        let own = caller.isTrusted ? 0 : shelf.share(of: caller.source)
        var best: (id: String, share: Int, named: Double)?
        for id in shelf.ids {
            guard let entry = entries[id], !entry.lobby.isKeyed, !isPlayed(entry, at: time),
                let source = entry.lobby.host?.source
            else { continue }
            let share = shelf.share(of: source)
            let isForgotten = entry.lobby.playerCount == 1 && time - entry.lastNamed >= Self.forgotten
            // Nobody who has less than the caller will have made room for it.
            guard share > own + 1 || isForgotten else { continue }
            if let best, (best.share, -best.named) >= (share, -entry.lastNamed) { continue }
            best = (id, share, entry.lastNamed)
        }
        return best?.id
    }

    private func isPlayed(_ entry: Entry, at time: Double) -> Bool {
        guard entry.lobby.isStarted, let host = entry.lobby.host else { return false }
        return entry.seats.silence(of: host.number, at: time) != nil || time - entry.servedSince < Self.arrival
    }
}
