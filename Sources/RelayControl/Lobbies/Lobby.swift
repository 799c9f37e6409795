/// A lobby service as the manager knows it: a name under which players find lobbies once it is deployed.
package struct LobbyDeployment: Sendable, Equatable, Codable {
    /// The words are the published API's.
    package enum Status: String, Sendable, Codable {
        case created = "Created"
        case released = "Released"
        case terminated = "Terminated"
    }

    /// 1 to 64 of letters, digits, `-` and `_`.
    package var name: String
    package var status: Status
    /// Seconds since 1970.
    package var createdAt: Double

    package init(name: String, status: Status, createdAt: Double) {
        self.name = name
        self.status = status
        self.createdAt = createdAt
    }

    /// Whether players are served.
    package var isDeployed: Bool { status == .released }
}

/// A room in which players gather before, and with Mirror also during, a game.
package struct Lobby: Sendable, Equatable, Codable {
    /// 16 lowercase hex digits.
    package var id: String
    /// The name of the lobby service it belongs to.
    package var deployment: String
    package var name: String
    package var capacity: Int
    package var isJoinable: Bool
    package var tags: [String]
    package var annotations: [LobbyAnnotation]
    /// In the order in which they came; the first is the host.
    package var players: [LobbyPlayer]
    /// The relay session of the game, once started.
    package var sessionID: String?
    /// Seconds since 1970; `nil` until started.
    package var startedAt: Double?
    /// Seconds since 1970.
    package var createdAt: Double

    package var isStarted: Bool { sessionID != nil }
    package var host: LobbyPlayer? { players.first { $0.isHost } }
}

/// A note that the creator of a lobby attaches; the relay keeps it and hands it out.
package struct LobbyAnnotation: Sendable, Equatable, Codable {
    package var inject: Bool
    package var key: String
    package var value: String

    package init(inject: Bool, key: String, value: String) {
        self.inject = inject
        self.key = key
        self.value = value
    }
}

/// A player in a lobby.
package struct LobbyPlayer: Sendable, Equatable, Codable {
    /// Chosen by the player.
    package var id: String
    package var isHost: Bool
    /// The address that the player's request came from.
    package var address: String
    /// What `address` is compared by: see `LobbyCaller.source`.
    package var source: String
    /// The user token in the lobby's relay session, once started.
    package var token: UInt32?
}

/// A lobby as one caller may see it.
package struct LobbyView: Sendable {
    package var lobby: Lobby
    /// The live relay session; `nil` until started, and for callers who may not see it.
    package var session: Session?
    /// Whether players' tokens are shown.
    package var showsTokens: Bool
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
