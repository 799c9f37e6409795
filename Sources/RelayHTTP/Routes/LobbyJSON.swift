internal import RelayControl
internal import RelayCore

/// Turns lobbies into the JSON objects of a lobby service. What has nothing to say is left out, never `null`.
struct LobbyJSON: Sendable {
    let identity: RelayIdentity

    /// What the list and an update answer.
    func brief(_ lobby: Lobby) -> JSONValue { .object(Self.members(lobby)) }

    /// The lobby with its players, and where the game is, as far as the caller may see it.
    func object(_ view: LobbyView) -> JSONValue {
        var members = Self.members(view.lobby)
        members.append(.init(key: "annotations", value: .array(view.lobby.annotations.map(Self.object))))
        members.append(
            .init(
                key: "players",
                value: .array(view.lobby.players.map { Self.object($0, showsToken: view.showsTokens) })
            )
        )
        if let session = view.session { members.append(.init(key: "assignment", value: assignment(session))) }
        return .object(members)
    }

    private static func members(_ lobby: Lobby) -> [JSONValue.Member] {
        [
            .init(key: "lobby_id", value: .string(lobby.id)),
            .init(key: "name", value: .string(lobby.name)),
            .init(key: "is_joinable", value: .bool(lobby.isJoinable)),
            .init(key: "is_started", value: .bool(lobby.isStarted)),
            .init(key: "player_count", value: .integer(Int64(lobby.players.count))),
            .init(key: "capacity", value: .integer(Int64(lobby.capacity))),
            .init(key: "tags", value: .array(lobby.tags.map { .string($0) })),
        ]
    }

    private static func object(_ annotation: LobbyAnnotation) -> JSONValue {
        .members([
            "inject": .bool(annotation.inject), "key": .string(annotation.key), "value": .string(annotation.value),
        ])
    }

    private static func object(_ player: LobbyPlayer, showsToken: Bool) -> JSONValue {
        .members([
            "id": .string(player.id),
            "is_host": .bool(player.isHost),
            "authorization_token": showsToken ? player.token.map { .integer(Int64($0)) } : nil,
        ])
    }

    private func assignment(_ session: Session) -> JSONValue {
        .members([
            "ip": .string(identity.address),
            "host": .string(identity.host(forSessionID: session.id)),
            "authorization_token": .integer(Int64(session.token)),
            "ports": .array([
                Self.port("server", session.ports.server), Self.port("client", session.ports.client),
            ]),
        ])
    }

    private static func port(_ name: String, _ port: UInt16) -> JSONValue {
        .members(["name": .string(name), "port": .integer(Int64(port)), "protocol": .string("UDP")])
    }
}
