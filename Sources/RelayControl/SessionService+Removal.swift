internal import Logging
internal import RelayCore

/// What was cut off in the plane, but is not durable yet.
struct Unsettled: Sendable {
    struct Removal: Sendable {
        var token: UInt32
        /// Seconds since 1970.
        var endedAt: Double
        /// The pair that stays taken until the removal is durable: after a crash the session would want it back.
        var pair: PortPairID?
        /// Who is to be told of its usage, in the transaction of the removal.
        var webhook: PendingWebhook?
    }

    /// The whole session.
    var removal: Removal?
    /// Numbers of revoked users by their tokens.
    var revoked: [UInt32: Int32] = [:]
    /// What would answer for what is cut off.
    var answers: [Int64] = []
}

extension SessionService {
    package func delete(id: String) async throws(RelayError) {
        try requireReady()
        try await uninterrupted { () async throws(RelayError) in
            try await self.end(id, because: .deleted)
            return ()
        }
    }

    /// Plane, then disk.
    func end(_ id: String, because reason: SessionEnd) async throws(RelayError) {
        await enter(id)
        defer { leave(id) }
        if let entry = entries[id], entry.phase != .creating {
            let session = entry.session
            // The plane forgets the figures with the session. What still arrives in between is in no statement.
            let report = settings.usageURL == nil ? nil : await plane.report(ofSession: session.token)
            await plane.removeSession(session.token)
            entries[id] = nil
            idsByToken[session.token] = nil
            tokens.end(session.token, at: now())
            if entry.phase == .live {
                index.remove(sequence: session.sequence)
                count(session, sign: -1)
            } else {
                parkedCount -= 1
            }
            owe(removalOf: session, releasing: entry.phase == .live ? session.portPair : nil)
            let usage = UsageStatement(session, entry.former, report)
            unsettled[id]?.removal?.webhook = usageWebhook(
                EndedSession(session: session, reason: reason, endedAt: now(), usage: usage)
            )
            reportEnd(of: id)
            logger.info("session ended: \(reason.words)", metadata: ["session": "\(id)"])
        } else if unsettled[id]?.removal == nil {
            throw Self.noSession
        }
        do throws(SessionStoreError) {
            try await settle(id)
        } catch {
            throw RelayError(
                .unavailable,
                "the session is cut off now, but that is not durable yet: retry. \(error.message)"
            )
        }
        retryBacklog()
    }

    /// Notes that a session has to leave the disk, and what answers for it too where nobody was answered. Its revoked users
    /// leave with it.
    func owe(removalOf session: Session, releasing pair: PortPairID?, forgetting answer: IdempotencyBook.Draft? = nil) {
        if let answer { answers.abandon(answer) }
        unsettled[session.id] = Unsettled(
            removal: Unsettled.Removal(token: session.token, endedAt: now(), pair: pair),
            answers: (unsettled[session.id]?.answers ?? []) + (answer.map { [$0.record.id] } ?? [])
        )
        backlog.stall(.settle(session.id))
    }

    private func usageWebhook(_ ended: EndedSession) -> PendingWebhook? {
        guard let url = settings.usageURL else { return nil }
        defer { nextWebhookID += 1 }
        return PendingWebhook(
            id: nextWebhookID,
            sessionID: ended.session.id,
            url: url,
            body: renderUsage(ended),
            createdAt: ended.endedAt,
            nextAttemptAt: ended.endedAt
        )
    }

    /// Makes durable what is cut off in a session. The caller holds the session's lock.
    func settle(_ id: String) async throws(SessionStoreError) {
        guard let owed = unsettled[id] else { return }
        // Whatever happens to this call, the backlog comes back to it.
        backlog.stall(.settle(id))
        if !owed.answers.isEmpty {
            try await store.commit(.forgetAnswers(ids: owed.answers))
            unsettled[id]?.answers = []
        }
        if let removal = owed.removal {
            try await store.commit(
                .removeSession(id: id, token: removal.token, endedAt: removal.endedAt, webhook: removal.webhook)
            )
            if let pair = removal.pair { releasePair(pair) }
            if let webhook = removal.webhook { submitWebhook(webhook) }
            unsettled[id] = nil
            backlog.settle(.settle(id))
            return
        }
        for (token, number) in owed.revoked {
            try await store.commit(.revokeUser(number: number, sessionID: id))
            unsettled[id]?.revoked[token] = nil
        }
        unsettled[id] = nil
        backlog.settle(.settle(id))
    }
}

extension SessionEnd {
    /// For the log.
    fileprivate var words: String {
        switch self {
        case .deleted: "deleted"
        case .idle: "no traffic"
        case .unused: "no traffic, never used"
        }
    }
}
