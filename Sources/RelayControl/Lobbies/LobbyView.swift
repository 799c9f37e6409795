/// A lobby as one caller may see it.
package struct LobbyView: Sendable {
    package var snapshot: LobbySnapshot
    /// The live relay session; `nil` until started, and for callers who may not see it.
    package var session: Session?
    package var sight: TokenSight

    package var lobby: Lobby { snapshot.lobby }

    /// The player's token, where the caller may see it.
    package func token(of player: LobbyPlayer) -> UInt32? {
        switch sight {
        case .none: nil
        case .all: player.token
        case .players(let numbers): numbers.contains(player.number) ? player.token : nil
        }
    }

    /// Whether any token is shown.
    package var showsTokens: Bool {
        switch sight {
        case .none: false
        case .all: lobby.isStarted
        case .players(let numbers): lobby.isStarted && !numbers.isEmpty
        }
    }
}

/// Whose tokens a caller sees.
package enum TokenSight: Sendable, Equatable {
    case none
    /// Of the players with these numbers.
    case players(Set<Int>)
    case all
}

/// What happens in a lobby, for those who listen. Nothing in it is secret.
package enum LobbyEvent: Sendable, Equatable {
    /// How the lobby stands when the listener comes.
    case state(Lobby)
    case playerJoined(id: String, playerCount: Int)
    case playerLeft(id: String, playerCount: Int)
    case started
    /// The lobby is gone; nothing follows.
    case ended(reason: String)
    /// Nothing happened for a while: keeps connections from being taken for dead.
    case quiet
}
