// Who is there: the data plane is asked for it, seldom and for few users at a time.
extension LobbyService {
    private static let checkAge: Double = 1
    /// How often the seats of a started lobby are looked at, seconds.
    private static let refreshInterval: Double = 5
    /// Lobbies, and players of them, that are looked at in one sweep.
    private static let mostRefreshes = 256
    private static let mostRefreshedPlayers = 4096
    /// Users that a worker is asked for at once: it forwards nothing meanwhile.
    private static let slice = 256

    /// Sees to it that players who seem to have been silent for so many seconds really were. What the data plane said is
    /// believed for a second where a lobby is asked about all the time: whoever sees a token too long then has seen it
    /// before.
    func check(_ numbers: Set<Int>, of id: String, silence: Double) async {
        guard let entry = entries[id], let session = entry.sessionToken else { return }
        let time = uptime()
        func due(after age: Double) -> [LobbyPlayer] {
            entry.lobby.players.filter { player in
                numbers.contains(player.number)
                    && entry.seats.needsCheck(player.number, silence: silence, maxAge: age, at: time)
            }
        }
        var asked = due(after: 0)
        guard !asked.isEmpty else { return }
        if entries[id]?.takeQuestion(at: time) != true { asked = due(after: Self.checkAge) }
        for start in stride(from: 0, to: asked.count, by: Self.slice) {
            let players = asked[start..<min(start + Self.slice, asked.count)].filter { $0.token != nil }
            let heard = await silences(players.compactMap(\.token), session)
            let time = uptime()
            for (player, silence) in zip(players, heard) {
                entries[id]?.seats.checked(player.number, silence: silence.map { Double($0) / 1000 }, at: time)
            }
        }
    }

    /// Looks at the seats of a lobby, or at some of them, and counts those who are there.
    func checkSeats(of id: String, only numbers: Set<Int>? = nil) async {
        guard let lobby = entries[id]?.lobby else { return }
        if lobby.isStarted {
            await check(numbers ?? Set(lobby.players.map(\.number)), of: id, silence: LobbyLimits.seatTimeout)
        }
        countSeats(of: id)
    }

    /// Shows how many players count now.
    func countSeats(of id: String) {
        guard var lobby = entries[id]?.lobby else { return }
        let silent = silentPlayers(of: id).count
        guard lobby.silentSeats != silent else { return }
        lobby.silentSeats = silent
        show(lobby)
    }

    /// The numbers of players who no longer count, the longest silent first. Never the host's.
    func silentPlayers(of id: String) -> [Int] {
        guard let entry = entries[id] else { return [] }
        let time = uptime()
        let startedAt = entry.lobby.isStarted ? entry.servedSince : nil
        let listening = startedAt == nil ? Set(listeners.values.filter { $0.lobby == id }.map(\.source)) : []
        var silent: [(number: Int, absence: Double)] = []
        for player in entry.lobby.players where !player.isHost && !listening.contains(player.source) {
            let absence = entry.seats.absence(of: player.number, startedAt: startedAt, at: time)
            if absence >= LobbyLimits.seatTimeout { silent.append((player.number, absence)) }
        }
        return silent.sorted { $0.absence > $1.absence }.map(\.number)
    }

    /// Part of the sweep: looks at the lobbies that were not looked at for longest.
    func refreshSeats() async {
        let time = uptime()
        let due = entries.values.filter { $0.nextRefresh <= time && ($0.lobby.isStarted || $0.lobby.players.count > 1) }
            .sorted { $0.nextRefresh < $1.nextRefresh }
        var players = 0
        for entry in due.prefix(Self.mostRefreshes) {
            players += entry.lobby.players.count
            let id = entry.lobby.id
            if let sessionID = entry.lobby.sessionID, entry.sessionToken == nil {
                // After a restart whose directory did not answer.
                entries[id]?.sessionToken = try? await directory.session(id: sessionID).token
            }
            if let host = entry.lobby.host { await check([host.number], of: id, silence: Self.refreshInterval) }
            await checkSeats(of: id)
            entries[id]?.nextRefresh = uptime() + Self.refreshInterval
            guard players < Self.mostRefreshedPlayers else { return }
        }
    }
}
