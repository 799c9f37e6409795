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
package struct Lobby: Sendable, Equatable {
    /// 16 lowercase hex digits.
    package var id: String
    /// The name of the lobby service it belongs to.
    package var deployment: String
    package var name: String
    package var capacity: Int
    package var isJoinable: Bool
    package var tags: [String]
    package var annotations: [LobbyAnnotation]
    /// In the order in which they came, which is that of their numbers; the first is the host.
    package var players: [LobbyPlayer]
    /// The relay session of the game, once started.
    package var sessionID: String?
    /// Seconds since 1970; `nil` until started.
    package var startedAt: Double?
    /// Seconds since 1970.
    package var createdAt: Double
    /// Sources whose players the host sent away: nobody joins from there again.
    package var barred: [String] = []
    /// Whether it was made with an API key: it never has to go to make room for others.
    package var isKeyed = false
    /// How many of the players fell silent: they keep their seats until somebody needs one. Not stored.
    package var silentSeats = 0

    package var isStarted: Bool { sessionID != nil }
    package var host: LobbyPlayer? { players.first { $0.isHost } }
    /// The players who count: all but those who fell silent.
    package var playerCount: Int { players.count - silentSeats }
    package var isFull: Bool { playerCount >= capacity }
    /// The number that the next player gets.
    var nextNumber: Int { (players.last?.number ?? 0) + 1 }
}

extension Lobby: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, deployment, name, capacity, isJoinable, tags, annotations, players, sessionID, startedAt, createdAt
        case barred, isKeyed
    }

    /// Older records lack the last two.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        deployment = try values.decode(String.self, forKey: .deployment)
        name = try values.decode(String.self, forKey: .name)
        capacity = try values.decode(Int.self, forKey: .capacity)
        isJoinable = try values.decode(Bool.self, forKey: .isJoinable)
        tags = try values.decode([String].self, forKey: .tags)
        annotations = try values.decode([LobbyAnnotation].self, forKey: .annotations)
        players = try values.decode([LobbyPlayer].self, forKey: .players)
        sessionID = try values.decodeIfPresent(String.self, forKey: .sessionID)
        startedAt = try values.decodeIfPresent(Double.self, forKey: .startedAt)
        createdAt = try values.decode(Double.self, forKey: .createdAt)
        barred = try values.decodeIfPresent([String].self, forKey: .barred) ?? []
        isKeyed = try values.decodeIfPresent(Bool.self, forKey: .isKeyed) ?? false
    }
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
