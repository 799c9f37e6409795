internal import FoundationEssentials
internal import Hummingbird
internal import NIOCore
internal import RelayAdmin
internal import RelayControl
internal import ServiceLifecycle

/// The calls of the control socket. They need no key, so no other listener may ever have them: whoever may open the
/// socket's file may do everything.
struct ControlRoutes: Sendable {
    let desk: ControlDesk

    var routes: [Route] {
        [
            Route(.get, "/control/status", .open) { _ in try .admin(await desk.view.status()) },
            Route(.get, "/control/sessions", .open, handle: sessions),
            Route(.get, "/control/sessions/{session_id}", .open, handle: session),
            Route(.get, "/control/sessions/{session_id}/why", .open, handle: why),
            Route(.delete, "/control/sessions/{session_id}", .open, handle: endSession),
            Route(.delete, "/control/sessions/{session_id}/users/{user}", .open, handle: revokeUser),
            Route(.post, "/control/drain", .open, handle: drain),
            Route(.get, "/control/drain", .open, handle: watchDrain),
            Route(.delete, "/control/drain", .open, handle: cancelDrain),
            Route(.post, "/control/reload", .open) { _ in try .admin(await desk.reload()) },
            Route(.put, "/control/log-level", .open, handle: setLogLevel),
        ]
    }

    @Sendable private func sessions(_ call: APICall) async throws -> Response {
        let page = try call.queryNumber("page", in: 1...RelaySessionRoutes.maxPage) ?? 1
        let limit = try call.queryNumber("limit", in: 1...100) ?? 20
        // Newest first where nobody asks for those that matter.
        let found =
            if let show = try call.querySelection("show") {
                try await desk.view.sessions.inspect(show, page: page, limit: limit)
            } else {
                try await desk.view.sessions.inspect(page: page, limit: limit)
            }
        let now = desk.view.now()
        return try .admin(
            SessionsBody(sessions: found.sessions.map { SessionBody($0, now: now) }, total: found.total, page: page)
        )
    }

    @Sendable private func session(_ call: APICall) async throws -> Response {
        let inspected = try await desk.view.sessions.inspect(id: call.parameter("session_id"))
        let symptoms = desk.view.symptoms(of: inspected, since: nil, isDraining: false)
        return try .admin(
            SessionDetailBody(
                session: SessionBody(inspected, now: desk.view.now()),
                users: UserBody.list(inspected, Diagnosis.findings(symptoms))
            )
        )
    }

    @Sendable private func why(_ call: APICall) async throws -> Response {
        let id = call.parameter("session_id")
        let user = try call.queryNumber("user", in: 1...Int(Int32.max)).map { Int32($0) }
        // An unknown session is told at once; else what is dropped within a second is counted.
        let earlier = RelayGlance(
            drops: desk.view.drops,
            report: try await desk.view.sessions.inspect(id: id).report
        )
        try await Task.sleep(for: .seconds(1))
        let symptoms = desk.view.symptoms(
            of: try await desk.view.sessions.inspect(id: id),
            since: earlier,
            isDraining: await desk.view.sessions.isDraining
        )
        let findings = Diagnosis.findings(symptoms, user: user)
        return try .admin(
            WhyBody(
                session: symptoms.inspected.session.id,
                isUserKnown: user.map { symptoms.inspected.hadUser(numbered: $0) } ?? true,
                findings: findings.map { FindingBody($0) }
            )
        )
    }

    @Sendable private func endSession(_ call: APICall) async throws -> Response {
        let id = call.parameter("session_id")
        try await desk.view.sessions.delete(id: id)
        return try .admin(MessageBody(message: "session \(id) is ended: nothing of it passes any more"))
    }

    @Sendable private func revokeUser(_ call: APICall) async throws -> Response {
        let id = call.parameter("session_id")
        // Not repeated in the message: somebody may have pasted a token.
        guard let number = Int32(call.parameter("user")), number > 0 else {
            throw RelayError(.invalid, "name the user by its number, 1 for the session's first user")
        }
        try await desk.view.sessions.revokeUser(sessionID: id, number: number)
        return try .admin(
            MessageBody(message: "user \(number) of session \(id) is revoked: nothing of it passes any more")
        )
    }

    @Sendable private func drain(_ call: APICall) async throws -> Response {
        let body = try await call.jsonBody()
        var plan = DrainPlan()
        let until = try body.field("until")
        if !until.isAbsent {
            guard let count = until.wholeNumber().flatMap({ Int(exactly: $0) }) else {
                throw RelayError(.invalid, "until is no number of sessions; send a whole number, 0 or more")
            }
            plan.until = count
        }
        let deadline = try body.field("deadline_seconds")
        if !deadline.isAbsent {
            guard let seconds = deadline.wholeNumber(), seconds <= 31_536_000 else {
                throw RelayError(.invalid, "deadline_seconds is no time; send whole seconds, a year at most")
            }
            plan.deadline = .seconds(Int64(seconds))
        }
        await desk.view.sessions.drain(plan)
        guard let progress = DrainBody(await desk.view.sessions.drainProgress) else {
            throw RelayError(.conflict, "the drain was called off in the same moment")
        }
        return try .admin(progress)
    }

    /// Answers when another number of sessions is left than the caller knows, at the end, or after ten seconds.
    @Sendable private func watchDrain(_ call: APICall) async throws -> Response {
        let known = try call.queryNumber("known", in: 0...Int(Int32.max))
        let end = ContinuousClock.now + .seconds(10)
        while true {
            guard let progress = DrainBody(await desk.view.sessions.drainProgress) else {
                throw RelayError(
                    .conflict,
                    "the relay is not draining: nobody asked for it, or the drain was called off"
                )
            }
            if progress.isFinished || progress.sessions != known || ContinuousClock.now >= end
                || Task.isShuttingDownGracefully
            {
                return try .admin(progress)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Sendable private func cancelDrain(_ call: APICall) async throws -> Response {
        guard await desk.view.sessions.isDraining else { throw RelayError(.conflict, "the relay is not draining") }
        await desk.view.sessions.cancelDrain()
        return try .admin(MessageBody(message: "the relay takes new sessions again"))
    }

    @Sendable private func setLogLevel(_ call: APICall) async throws -> Response {
        let level = try await call.jsonBody().field("level").string()
        let previous = desk.view.logLevel()
        guard desk.setLogLevel(level) else {
            throw RelayError(
                .invalid,
                "there is no log level \(level.quotedForMessage): use trace, debug, info, notice, warning, error or critical"
            )
        }
        return try .admin(LogLevelBody(level: level, previous: previous))
    }
}

extension Response {
    /// An answer of the control socket.
    fileprivate static func admin(_ body: some Encodable) throws -> Response {
        let bytes = try AdminJSON.encode(body)
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
