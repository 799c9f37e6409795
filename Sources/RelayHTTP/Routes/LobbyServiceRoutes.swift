internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayControl

/// The calls of players on a deployed lobby service. They need no key: what a caller may do follows from its address, and
/// how much work it may make from its budget.
struct LobbyServiceRoutes: Sendable {
    let lobbies: LobbyService
    let json: LobbyJSON
    private let budget: LobbyBudget
    private static let base = "/l/{lobby_name}/lobbies"

    /// No lobby takes more, however its texts are escaped.
    private static let maxBodyBytes = 128 << 10
    /// What a body without a length is taken for.
    private static let unannouncedBytes = 32 << 10
    /// Who is out of budget waits so long for the answer that says so: asking again at once must not be cheap.
    private static let refusalDelay = Duration.milliseconds(200)
    /// Parsing a byte takes so many times what sending one does.
    private static let parsingWeight = 4

    init(lobbies: LobbyService, json: LobbyJSON, budget: LobbyBudget) {
        self.lobbies = lobbies
        self.json = json
        self.budget = budget
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

    private typealias Handler = @Sendable (_ call: LobbyCall) async throws -> LobbyAnswer

    /// A call with what all of them need.
    private struct LobbyCall: Sendable {
        let call: APICall
        let service: String
        let caller: LobbyCaller
        var lobbyID: String { call.parameter("lobby_id") }
    }

    /// An answer, and how many rows it took to write.
    private struct LobbyAnswer: Sendable {
        var response: Response
        var rows = 0
        /// What it took to make it besides its own bytes.
        var bytes = 0

        static func json(_ body: ByteBuffer, rows: Int = 0, bytes: Int = 0) -> LobbyAnswer {
            let response = Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: body)
            )
            return LobbyAnswer(response: response, rows: rows, bytes: bytes + body.readableBytes)
        }

        static func nothing(rows: Int) -> LobbyAnswer {
            LobbyAnswer(response: Response(status: .noContent), rows: rows)
        }
    }

    private func route(_ method: HTTPRequest.Method, _ template: String, _ handler: @escaping Handler) -> Route {
        // The list holds nothing that a page of somebody else could use.
        let isList = method == .get && template == Self.base
        return Route(method, template, .open, pages: isList ? .all : .named) { [budget] call in
            let isTrusted = call.principal?.may(.lobbies, isRead: false) == true
            let caller = LobbyCaller(
                address: call.caller,
                isTrusted: isTrusted,
                hasRightsByAddress: call.doubt == nil
            )
            let source = caller.source
            if !isTrusted, let wait = budget.admit(source, writes: method != .get) {
                try? await Task.sleep(for: Self.refusalDelay)
                throw Self.tooMany(
                    "this address, or all together, make the lobby service work too much; try again in \(wait) s",
                    retryAfter: wait
                )
            }
            var call = call
            call.maxBodyBytes = min(call.maxBodyBytes, Self.maxBodyBytes)
            let received = call.request.headers[.contentLength].flatMap { Int($0) } ?? Self.unannouncedBytes
            let parsed = method == .get ? 0 : max(0, min(received, call.maxBodyBytes)) * Self.parsingWeight
            do {
                let answer = try await handler(
                    LobbyCall(call: call, service: call.parameter("lobby_name"), caller: caller)
                )
                if !isTrusted { budget.charge(source, bytes: parsed + answer.bytes, rows: answer.rows) }
                return answer.response
            } catch {
                if !isTrusted { budget.charge(source, bytes: parsed, rows: 0) }
                guard let error = error as? RelayError, error.code == .tooMany else { throw error }
                throw Self.tooMany(error.message, retryAfter: 30)
            }
        }
    }

    private static func tooMany(_ message: String, retryAfter seconds: Int) -> APIFailure {
        APIFailure(status: .tooManyRequests, message: message, headers: [.retryAfter: "\(seconds)"])
    }

    @Sendable private func list(_ call: LobbyCall) async throws -> LobbyAnswer {
        let tags = call.call.queryTexts("tags").flatMap { $0.split(separator: ",").map(String.init) }
        guard tags.count <= LobbyLimits.tags else {
            throw RelayError(.invalid, "tags has \(tags.count) entries, at most \(LobbyLimits.tags) are allowed")
        }
        let number = try call.call.queryNumber("page", in: 1...Int.max)
        let limit = try call.call.queryNumber("limit", in: 1...LobbyListing.pageSize)
        let listing = try await lobbies.list(in: call.service, by: call.caller)
        if tags.isEmpty, number == nil, limit == nil { return .json(json.firstPage(listing)) }
        let found = listing.matching(tags)
        let page = Pagination(number: number ?? 1, limit: limit ?? LobbyListing.pageSize, total: found.count)
        let body = json.list(
            found[page.range],
            of: found.count,
            pagination: number == nil && limit == nil ? nil : page.json
        )
        // Every lobby's tags are looked at for each that is asked for.
        return .json(body, bytes: listing.lobbies.count * tags.count * 8)
    }

    @Sendable private func create(_ call: LobbyCall) async throws -> LobbyAnswer {
        let request = try LobbyRequest(body: try await call.call.jsonBody())
        return .json(json.object(try await lobbies.create(request, in: call.service, by: call.caller)), rows: 4)
    }

    @Sendable private func get(_ call: LobbyCall) async throws -> LobbyAnswer {
        .json(json.object(try await lobbies.get(call.lobbyID, in: call.service, by: call.caller)))
    }

    @Sendable private func update(_ call: LobbyCall) async throws -> LobbyAnswer {
        let update = try LobbyUpdate(body: try await call.call.jsonBody())
        let changed = try await lobbies.update(call.lobbyID, update, in: call.service, by: call.caller)
        return .json(ByteBuffer(bytes: json.brief(changed)), rows: 3)
    }

    @Sendable private func delete(_ call: LobbyCall) async throws -> LobbyAnswer {
        try await lobbies.delete(call.lobbyID, in: call.service, by: call.caller)
        return .nothing(rows: 2)
    }

    /// A player is a row here, one of the relay session's, and a change of that session.
    @Sendable private func join(_ call: LobbyCall) async throws -> LobbyAnswer {
        let body = try LobbyPlayerBody(body: try await call.call.jsonBody())
        let view = try await lobbies.join(body.lobbyID, playerID: body.playerID, in: call.service, by: call.caller)
        return .json(json.object(view), rows: 3)
    }

    @Sendable private func leave(_ call: LobbyCall) async throws -> LobbyAnswer {
        let body = try LobbyPlayerBody(body: try await call.call.jsonBody())
        try await lobbies.leave(body.lobbyID, playerID: body.playerID, in: call.service, by: call.caller)
        return .nothing(rows: 3)
    }

    @Sendable private func start(_ call: LobbyCall) async throws -> LobbyAnswer {
        let id = try await call.call.jsonBody().field("lobby_id").string()
        let view = try await lobbies.start(id, in: call.service, by: call.caller)
        return .json(json.object(view), rows: 4 + 2 * view.lobby.players.count)
    }

    @Sendable private func events(_ call: LobbyCall) async throws -> LobbyAnswer {
        if call.call.request.method == .head {
            _ = try await lobbies.get(call.lobbyID, in: call.service, by: call.caller)
            return LobbyAnswer(response: EventStream.head)
        }
        let events = try await lobbies.events(of: call.lobbyID, in: call.service, by: call.caller)
        return LobbyAnswer(response: LobbyEventStream(json: json).response(events))
    }
}
