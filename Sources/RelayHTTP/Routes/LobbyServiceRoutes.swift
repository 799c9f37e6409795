internal import HTTPTypes
internal import Hummingbird
internal import RelayControl

/// The calls of players on a deployed lobby service. They need no key: what a caller may do follows from its address.
struct LobbyServiceRoutes: Sendable {
    let lobbies: LobbyService
    let json: LobbyJSON
    private let limiter: AddressRateLimiter
    private static let base = "/l/{lobby_name}/lobbies"

    init(lobbies: LobbyService, json: LobbyJSON, limiter: AddressRateLimiter) {
        self.lobbies = lobbies
        self.json = json
        self.limiter = limiter
    }

    var routes: [Route] {
        let base = Self.base
        return [
            route(.get, base, list),
            route(.post, base, create),
            // What a client sends that has lost the id: DELETE {url}/lobbies/
            route(.delete, base) { _ in
                throw RelayError(.notFound, "the path has no lobby_id; DELETE {url}/lobbies/{lobby_id}")
            },
            route(.get, "\(base)/{lobby_id}", get),
            route(.patch, "\(base)/{lobby_id}", update),
            route(.delete, "\(base)/{lobby_id}", delete),
            route(.post, "\(base):join", join),
            route(.post, "\(base):leave", leave),
            route(.post, "\(base):start", start),
            route(.get, "\(base)/{lobby_id}/events", events),
        ]
    }

    private typealias Handler = @Sendable (_ call: LobbyCall) async throws -> Response

    /// A call with what all of them need.
    private struct LobbyCall: Sendable {
        let call: APICall
        let service: String
        let caller: LobbyCaller
        var lobbyID: String { call.parameter("lobby_id") }
    }

    private func route(_ method: HTTPRequest.Method, _ template: String, _ handler: @escaping Handler) -> Route {
        // The list holds nothing that a page of somebody else could use.
        let isList = method == .get && template == Self.base
        return Route(method, template, .open, pages: isList ? .all : .named) { [limiter] call in
            let isTrusted = call.principal?.may(.lobbies, isRead: false) == true
            let caller = LobbyCaller(
                address: call.caller,
                isTrusted: isTrusted,
                hasRightsByAddress: call.doubt == nil
            )
            if !isTrusted, let wait = limiter.take(from: caller.source, isRead: method == .get) {
                throw Self.tooMany("this address makes too many calls; try again in \(wait) s", retryAfter: wait)
            }
            do {
                return try await handler(
                    LobbyCall(call: call, service: call.parameter("lobby_name"), caller: caller)
                )
            } catch let error as RelayError where error.code == .tooMany {
                throw Self.tooMany(error.message, retryAfter: 30)
            }
        }
    }

    private static func tooMany(_ message: String, retryAfter seconds: Int) -> APIFailure {
        APIFailure(status: .tooManyRequests, message: message, headers: [.retryAfter: "\(seconds)"])
    }

    @Sendable private func list(_ call: LobbyCall) async throws -> Response {
        let tags = call.call.queryTexts("tags").flatMap { $0.split(separator: ",").map(String.init) }
        let found = try await lobbies.list(in: call.service, tags: tags)
        return .json(.members(["count": .integer(Int64(found.count)), "data": .array(found.map(json.brief))]))
    }

    @Sendable private func create(_ call: LobbyCall) async throws -> Response {
        let request = try LobbyRequest(body: try await call.call.jsonBody())
        return .json(json.object(try await lobbies.create(request, in: call.service, by: call.caller)))
    }

    @Sendable private func get(_ call: LobbyCall) async throws -> Response {
        .json(json.object(try await lobbies.get(call.lobbyID, in: call.service, by: call.caller)))
    }

    @Sendable private func update(_ call: LobbyCall) async throws -> Response {
        let update = try LobbyUpdate(body: try await call.call.jsonBody())
        return .json(json.brief(try await lobbies.update(call.lobbyID, update, in: call.service, by: call.caller)))
    }

    @Sendable private func delete(_ call: LobbyCall) async throws -> Response {
        try await lobbies.delete(call.lobbyID, in: call.service, by: call.caller)
        return Response(status: .noContent)
    }

    @Sendable private func join(_ call: LobbyCall) async throws -> Response {
        let body = try LobbyPlayerBody(body: try await call.call.jsonBody())
        return .json(
            json.object(
                try await lobbies.join(body.lobbyID, playerID: body.playerID, in: call.service, by: call.caller)
            )
        )
    }

    @Sendable private func leave(_ call: LobbyCall) async throws -> Response {
        let body = try LobbyPlayerBody(body: try await call.call.jsonBody())
        try await lobbies.leave(body.lobbyID, playerID: body.playerID, in: call.service, by: call.caller)
        return Response(status: .noContent)
    }

    @Sendable private func start(_ call: LobbyCall) async throws -> Response {
        let id = try await call.call.jsonBody().field("lobby_id").string()
        return .json(json.object(try await lobbies.start(id, in: call.service, by: call.caller)))
    }

    @Sendable private func events(_ call: LobbyCall) async throws -> Response {
        if call.call.request.method == .head {
            _ = try await lobbies.get(call.lobbyID, in: call.service, by: call.caller)
            return EventStream.head
        }
        let events = try await lobbies.events(of: call.lobbyID, in: call.service, by: call.caller)
        return LobbyEventStream(json: json).response(events)
    }
}
