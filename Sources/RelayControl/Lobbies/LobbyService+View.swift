extension LobbyService {
    /// - Throws: `.notFound`.
    package func get(_ id: String, in deployment: String, by caller: LobbyCaller) async throws(RelayError) -> LobbyView
    {
        try requireDeployed(deployment)
        _ = try lobby(id, in: deployment)
        touch(id, by: caller)
        return try await view(id, by: caller)
    }

    /// The lobby as the caller may see it: of tokens those of players at its own address, as long as the relay does not hear
    /// them; the assignment where it is at the address of any player. A game whose relay session is gone has ended.
    func view(_ id: String, by caller: LobbyCaller) async throws(RelayError) -> LobbyView {
        guard let entry = entries[id] else { throw Self.noLobby }
        let numbers = caller.hasRightsByAddress ? entry.seats.numbers(at: caller.source) : []
        guard let sessionID = entry.lobby.sessionID, !numbers.isEmpty || isFree(caller) else {
            return LobbyView(snapshot: entry.snapshot, session: nil, sight: .none)
        }
        let session: Session
        do {
            session = try await directory.session(id: sessionID)
        } catch {
            guard error.code == .notFound else { throw error }
            await end(id, because: "its relay session ended")
            throw Self.noLobby
        }
        entries[id]?.sessionToken = session.token
        var sight = TokenSight.all
        if !isFree(caller) {
            await check(numbers, of: id, silence: LobbyLimits.tokenSilence)
            sight = .players(unheard(numbers, of: id))
        }
        guard let current = entries[id]?.snapshot else { throw Self.noLobby }
        return LobbyView(snapshot: current, session: session, sight: sight)
    }

    private func unheard(_ numbers: Set<Int>, of id: String) -> Set<Int> {
        guard let entry = entries[id] else { return [] }
        let time = uptime()
        return numbers.filter { number in
            entry.seats.silence(of: number, at: time).map { $0 >= LobbyLimits.tokenSilence } ?? true
        }
    }

    /// Whether the bounds of addresses do not count for a caller.
    func isFree(_ caller: LobbyCaller) -> Bool { settings.isOpen || caller.isTrusted }

    func requireHost(_ caller: LobbyCaller, of lobby: Lobby) throws(RelayError) {
        if isFree(caller) || caller.speaksFor(lobby.host?.source) { return }
        throw RelayError(
            .forbidden,
            "only the host can do this, from the address it made the lobby from ('lobbies.open')"
        )
    }
}
