internal import RelayCore

extension SessionService {
    /// The largest number a user can get: rejoin ids start at 2¹⁹.
    private static let maxUserNumber: Int32 = 1 << 19 - 1

    package func authorizeUser(
        sessionID: String,
        address: String,
        ticket: IdempotencyTicket?
    ) async throws(RelayError) -> (session: Session, user: SessionUser) {
        try requireReady()
        try SessionRequest.validate(address: address, name: "user_ip")
        return try await uninterrupted { () async throws(RelayError) in
            try await self.performAuthorize(sessionID, address, ticket)
        }
    }

    private func performAuthorize(
        _ id: String,
        _ address: String,
        _ ticket: IdempotencyTicket?
    ) async throws(RelayError) -> (session: Session, user: SessionUser) {
        guard let ticket else { return try await authorizeAnew(id, address, nil) }
        await enter(ticket)
        defer { leave(ticket) }
        if let (record, session) = try earlierAnswer(to: ticket), let user = record.users(addresses: [address]).first {
            return (session, user)
        }
        return try await authorizeAnew(id, address, ticket)
    }

    private func authorizeAnew(
        _ id: String,
        _ address: String,
        _ ticket: IdempotencyTicket?
    ) async throws(RelayError) -> (session: Session, user: SessionUser) {
        await enter(id)
        defer { leave(id) }
        let session = try liveSession(id)
        try requireDisk()
        let user = try reserveUser(of: session, address: address)
        let answer = draftAnswer(ticket, session, users: [user])
        do throws(SessionStoreError) {
            try await store.commit(answering(answer, .addUser(user, sessionID: id)))
        } catch {
            // The record may have reached the disk all the same.
            await undoUser(user, of: session, answer: answer, triesNow: false)
            throw RelayError(.unavailable, "the user could not be made durable: \(error.message)")
        }
        do throws(DataPlaneError) {
            try await plane.add(
                UserPlan(user, pinsAddress: settings.pinsAddresses),
                toSession: session.token
            )
        } catch {
            await undoUser(user, of: session, answer: answer, triesNow: true)
            throw Self.refusal(error)
        }
        entries[id]?.session.users.append(user)
        noteArrival(of: user.number, in: id)
        if let answer { answers.finish(answer) }
        retryBacklog()
        return (try liveSession(id), user)
    }

    /// Takes a number and a token; a number is never used twice, not even after a failure.
    private func reserveUser(of session: Session, address: String) throws(RelayError) -> SessionUser {
        guard session.users.count < settings.maxUsers else {
            throw RelayError(
                .unavailable,
                "the session is full: it has \(settings.maxUsers) users ('sessions.max_users')"
            )
        }
        guard session.nextUserNumber <= Self.maxUserNumber else {
            throw RelayError(
                .unavailable,
                "the session has had \(Self.maxUserNumber) users, no more are possible: create a new one"
            )
        }
        let revoked = entries[session.id]?.revokedTokens ?? []
        var token = random.token()
        while revoked.contains(token) || session.users.contains(where: { $0.token == token }) {
            token = random.token()
        }
        entries[session.id]?.session.nextUserNumber += 1
        count(users: 1, token: session.token)
        return SessionUser(number: session.nextUserNumber, address: address, token: token)
    }

    /// A user who has just been added cannot have been heard: that is no fault for a while.
    private func noteArrival(of number: Int32, in id: String) {
        let now = now()
        var arrivals = (entries[id]?.arrivals ?? [:]).filter { now - $0.value < Examination.grace }
        arrivals[number] = now
        entries[id]?.arrivals = arrivals
    }

    private func undoUser(
        _ user: SessionUser,
        of session: Session,
        answer: IdempotencyBook.Draft?,
        triesNow: Bool
    ) async {
        count(users: -1, token: session.token)
        entries[session.id]?.revokedTokens.insert(user.token)
        unsettled[session.id, default: Unsettled()].revoked[user.token] = user.number
        if let answer {
            answers.abandon(answer)
            unsettled[session.id]?.answers.append(answer.record.id)
        }
        backlog.stall(.settle(session.id))
        if triesNow { _ = try? await settle(session.id) }
    }

    package func revokeUser(sessionID: String, userToken: UInt32) async throws(RelayError) -> Session {
        try requireReady()
        return try await uninterrupted { () async throws(RelayError) in
            try await self.performRevoke(sessionID, userToken)
        }
    }

    private func performRevoke(_ id: String, _ userToken: UInt32) async throws(RelayError) -> Session {
        await enter(id)
        defer { leave(id) }
        let session = try liveSession(id)
        if let position = session.users.firstIndex(where: { $0.token == userToken }) {
            let user = session.users[position]
            let report = await plane.report(ofSession: session.token)
            await plane.remove(userToken: userToken, fromSession: session.token)
            entries[id]?.session.users.remove(at: position)
            entries[id]?.former.add(user, report?.users.first { $0.userToken == userToken }?.usage ?? Usage())
            entries[id]?.revokedTokens.insert(userToken)
            if entries[id]?.session.hostNumber == user.number { entries[id]?.session.hostNumber = nil }
            count(users: -1, token: session.token)
            unsettled[id, default: Unsettled()].revoked[userToken] = user.number
        } else if unsettled[id]?.revoked[userToken] == nil {
            throw RelayError(.notFound, "the session has no user with this authorization_token")
        }
        do throws(SessionStoreError) {
            try await settle(id)
        } catch {
            throw RelayError(
                .unavailable,
                "the user is cut off now, but that is not durable yet: retry. \(error.message)"
            )
        }
        retryBacklog()
        return try liveSession(id)
    }
}
