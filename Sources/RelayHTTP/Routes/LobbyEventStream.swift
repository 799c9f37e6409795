internal import Hummingbird
internal import NIOCore
internal import RelayControl

/// The events of a lobby as server-sent events (the HTML standard's `text/event-stream`).
struct LobbyEventStream: Sendable {
    let json: LobbyJSON

    /// Goes on until the lobby ends, the client hangs up or the daemon stops.
    func response(_ events: AsyncStream<LobbyEvent>) -> Response {
        EventStream.response(events) { ByteBuffer(string: text(of: $0)) }
    }

    func text(of event: LobbyEvent) -> String {
        switch event {
        case .state(let lobby): Self.text("lobby", json.brief(lobby))
        case .playerJoined(let id, let count):
            Self.text("player_joined", .members(["player_id": .string(id), "player_count": .integer(Int64(count))]))
        case .playerLeft(let id, let count):
            Self.text("player_left", .members(["player_id": .string(id), "player_count": .integer(Int64(count))]))
        case .started: Self.text("started", .members(["is_started": .bool(true)]))
        case .ended(let reason): Self.text("ended", .members(["reason": .string(reason)]))
        case .quiet: ": quiet\n\n"
        }
    }

    /// JSON text has no line breaks, so it is one `data` line.
    private static func text(_ name: String, _ data: JSONValue) -> String {
        "event: \(name)\ndata: \(String(decoding: data.bytes, as: UTF8.self))\n\n"
    }
}
