internal import Hummingbird
internal import RelayControl

/// The calls on relay sessions.
struct RelaySessionRoutes: Sendable {
    /// The last page that may be asked for; far past every end, and no offset overflows.
    static let maxPage = 1_000_000_000

    let directory: any SessionDirectory
    let json: SessionJSON

    var routes: [Route] {
        [
            Route(.post, "/v1/relays/sessions", .key(.sessions), isRateLimited: true, handle: create),
            Route(.get, "/v1/relays/sessions", .key(.sessions), handle: list),
            Route(.get, "/v1/relays/sessions/{session_id}", .key(.sessions), handle: get),
            Route(.delete, "/v1/relays/sessions/{session_id}", .key(.sessions), handle: delete),
            Route(
                .post,
                "/v1/relays/sessions:authorize-user",
                .key(.sessions),
                isRateLimited: true,
                handle: authorizeUser
            ),
            Route(.post, "/v1/relays/sessions:revoke-user", .key(.sessions), handle: revokeUser),
        ]
    }

    @Sendable private func create(_ call: APICall) async throws -> Response {
        let request = try SessionRequest(body: try await call.jsonBody())
        return .json(json.object(try await directory.create(request)))
    }

    @Sendable private func list(_ call: APICall) async throws -> Response {
        let page = try call.queryNumber("page", in: 1...Self.maxPage) ?? 1
        let limit = try call.queryNumber("limit", in: 1...100) ?? 20
        return .json(json.object(try await directory.list(page: page, limit: limit)))
    }

    @Sendable private func get(_ call: APICall) async throws -> Response {
        .json(json.object(try await directory.session(id: call.parameter("session_id"))))
    }

    @Sendable private func delete(_ call: APICall) async throws -> Response {
        try await directory.delete(id: call.parameter("session_id"))
        return Response(status: .noContent)
    }

    @Sendable private func authorizeUser(_ call: APICall) async throws -> Response {
        let body = try AuthorizeUserBody(body: try await call.jsonBody())
        let (session, user) = try await directory.authorizeUser(sessionID: body.sessionID, address: body.userIP)
        return .json(json.object(session, authorized: user))
    }

    @Sendable private func revokeUser(_ call: APICall) async throws -> Response {
        let body = try RevokeUserBody(body: try await call.jsonBody())
        // No token is 0, so a number that no token can be is answered like one that nobody has.
        let token = body.userToken ?? 0
        return .json(json.object(try await directory.revokeUser(sessionID: body.sessionID, userToken: token)))
    }
}
