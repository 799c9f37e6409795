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
        let body = try await call.jsonBody()
        var request = try SessionRequest(body: body)
        request.ticket = try call.ticket(for: .create, body)
        return .json(json.object(try await directory.create(request)))
    }

    @Sendable private func list(_ call: APICall) async throws -> Response {
        let page = try call.queryNumber("page", in: 1...Self.maxPage)
        let limit = try call.queryNumber("limit", in: 1...100) ?? 20
        let cursors = call.queryTexts("cursor")
        guard let text = cursors.first else {
            let found = try await directory.list(page: page ?? 1, limit: limit)
            return .json(json.object(found, showsSecrets: call.showsSessionSecrets))
        }
        guard cursors.count == 1, page == nil else {
            throw RelayError(.invalid, "page and cursor are two ways through the list; send one of them, and once")
        }
        let cursor = SessionCursor(text)
        guard cursor != nil || text.isEmpty else {
            throw RelayError(
                .invalid,
                "cursor is \(text.quotedForMessage); send the next_cursor of the answer before, or nothing to begin"
            )
        }
        let found = try await directory.list(after: cursor, limit: limit)
        return .json(json.object(found, showsSecrets: call.showsSessionSecrets))
    }

    @Sendable private func get(_ call: APICall) async throws -> Response {
        let session = try await directory.session(id: call.parameter("session_id"))
        return .json(json.object(session, showsSecrets: call.showsSessionSecrets))
    }

    @Sendable private func delete(_ call: APICall) async throws -> Response {
        try await directory.delete(id: call.parameter("session_id"))
        return Response(status: .noContent)
    }

    @Sendable private func authorizeUser(_ call: APICall) async throws -> Response {
        let json = try await call.jsonBody()
        let body = try AuthorizeUserBody(body: json)
        let (session, user) = try await directory.authorizeUser(
            sessionID: body.sessionID,
            address: body.userIP,
            ticket: try call.ticket(for: .authorizeUser, json)
        )
        return .json(self.json.object(session, authorized: user))
    }

    @Sendable private func revokeUser(_ call: APICall) async throws -> Response {
        let body = try RevokeUserBody(body: try await call.jsonBody())
        // No token is 0, so a number that no token can be is answered like one that nobody has.
        let token = body.userToken ?? 0
        return .json(json.object(try await directory.revokeUser(sessionID: body.sessionID, userToken: token)))
    }
}
