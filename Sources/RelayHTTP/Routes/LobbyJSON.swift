internal import NIOCore
internal import RelayControl
internal import RelayCore

/// Turns lobbies into the JSON objects of a lobby service. What has nothing to say is left out, never `null`.
///
/// What everybody may see is made once for each change of a lobby and then only copied, since whoever lists lobbies or asks
/// for one costs as many bytes as it likes.
struct LobbyJSON: Sendable {
    let identity: RelayIdentity

    /// What the list and an update answer.
    func brief(_ lobby: LobbySnapshot) -> [UInt8] {
        lobby.brief.value { JSONValue.object(Self.members(lobby.lobby)).bytes }
    }

    /// The same for a lobby that is shown once.
    func brief(_ lobby: Lobby) -> JSONValue { .object(Self.members(lobby)) }

    /// The first page, for callers that ask for nothing in particular.
    func firstPage(_ listing: LobbyListing) -> ByteBuffer {
        listing.firstPage.value {
            list(listing.lobbies.prefix(LobbyListing.pageSize), of: listing.lobbies.count, pagination: nil)
        }
    }

    /// A page of the list.
    /// - Parameters:
    ///   - count: how many lobbies all pages have.
    ///   - pagination: left out for clients that do not ask for pages.
    func list(_ page: ArraySlice<LobbySnapshot>, of count: Int, pagination: JSONValue?) -> ByteBuffer {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128 + page.reduce(0) { $0 + brief($1).count + 1 })
        bytes += "{\"count\":\(count),\"data\":[".utf8
        for (index, lobby) in page.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += brief(lobby)
        }
        bytes.append(UInt8(ascii: "]"))
        if let pagination {
            bytes += ",\"pagination\":".utf8
            bytes += pagination.bytes
        }
        bytes.append(UInt8(ascii: "}"))
        return ByteBuffer(bytes: bytes)
    }

    /// What everybody may see of a lobby, and from which byte on its players stand.
    private struct Body: Sendable {
        var buffer: ByteBuffer
        var playersStart: Int
    }

    /// The lobby with its players, and where the game is, as far as the caller may see it.
    func object(_ view: LobbyView) -> ByteBuffer {
        let body = view.snapshot.body.value { Self.body(view.lobby) }
        guard view.session != nil || view.showsTokens else { return body.buffer }
        var bytes: [UInt8] = []
        if view.showsTokens {
            bytes += body.buffer.readableBytesView.prefix(body.playersStart)
            Self.append(view.lobby.players, to: &bytes) { view.token(of: $0) }
        } else {
            bytes += body.buffer.readableBytesView.dropLast()
        }
        if let session = view.session {
            bytes += ",\"assignment\":".utf8
            bytes += assignment(session).bytes
        }
        bytes.append(UInt8(ascii: "}"))
        return ByteBuffer(bytes: bytes)
    }

    private static func body(_ lobby: Lobby) -> Body {
        var bytes = JSONValue.object(
            members(lobby) + [.init(key: "annotations", value: .array(lobby.annotations.map(object)))]
        ).bytes
        bytes.removeLast()
        bytes += ",\"players\":".utf8
        let playersStart = bytes.count
        append(lobby.players, to: &bytes) { _ in nil }
        bytes.append(UInt8(ascii: "}"))
        return Body(buffer: ByteBuffer(bytes: bytes), playersStart: playersStart)
    }

    /// Straight to bytes: a lobby may have thousands of players.
    private static func append(
        _ players: [LobbyPlayer],
        to bytes: inout [UInt8],
        token: (LobbyPlayer) -> UInt32?
    ) {
        bytes.append(UInt8(ascii: "["))
        for (index, player) in players.enumerated() {
            bytes += (index > 0 ? ",{\"id\":" : "{\"id\":").utf8
            bytes.append(jsonText: player.id)
            bytes += (player.isHost ? ",\"is_host\":true" : ",\"is_host\":false").utf8
            if let token = token(player) { bytes += ",\"authorization_token\":\(token)".utf8 }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func members(_ lobby: Lobby) -> [JSONValue.Member] {
        [
            .init(key: "lobby_id", value: .string(lobby.id)),
            .init(key: "name", value: .string(lobby.name)),
            .init(key: "is_joinable", value: .bool(lobby.isJoinable)),
            .init(key: "is_started", value: .bool(lobby.isStarted)),
            .init(key: "player_count", value: .integer(Int64(lobby.playerCount))),
            .init(key: "capacity", value: .integer(Int64(lobby.capacity))),
            .init(key: "tags", value: .array(lobby.tags.map { .string($0) })),
        ]
    }

    private static func object(_ annotation: LobbyAnnotation) -> JSONValue {
        .members([
            "inject": .bool(annotation.inject), "key": .string(annotation.key), "value": .string(annotation.value),
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
