// What others want to know of games that go on.
extension LobbyService {
    /// A game, with those of its players whose calls came from certain sources.
    struct Game: Sendable {
        /// The id of its relay session.
        var session: String
        /// By the order in which they joined; the token is the user's in the session.
        var players: [(source: String, token: UInt32)]
    }

    /// The games with players who called from one of these sources, in an order that stays.
    func games(ofSources sources: Set<String>) -> [Game] {
        entries.values.compactMap { entry -> Game? in
            guard let session = entry.lobby.sessionID else { return nil }
            let players = entry.lobby.players.compactMap { player in
                sources.contains(player.source) ? player.token.map { (source: player.source, token: $0) } : nil
            }
            return players.isEmpty ? nil : Game(session: session, players: players)
        }
        .sorted { $0.session < $1.session }
    }
}
