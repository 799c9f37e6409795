internal import Logging
internal import RelayCore

extension SessionService {
    /// How many dedicated pairs are tried before a session is refused: ports that another process holds are rare.
    static let maxPortAttempts = 16

    /// Above so many changes that the disk refused, nothing is added until it answers again.
    static let maxUnsettled = 1000

    package func create(_ request: SessionRequest) async throws(RelayError) -> Session {
        try await uninterrupted { () async throws(RelayError) in try await self.performCreate(request) }
    }

    private func performCreate(_ request: SessionRequest) async throws(RelayError) -> Session {
        try requireReady()
        guard let ticket = request.ticket else { return try await createAnew(request) }
        await enter(ticket)
        defer { leave(ticket) }
        if let (record, live) = try earlierAnswer(to: ticket) {
            var session = live
            session.users = record.users(addresses: request.addresses)
            return session
        }
        return try await createAnew(request)
    }

    private func createAnew(_ request: SessionRequest) async throws(RelayError) -> Session {
        try requireNoDrain()
        let webhookURL = try request.validated(maxUsers: settings.maxUsers)
        try checkFilters(request.filters)
        try requireDisk()
        let id = try reserve(request, webhookURL: webhookURL)
        await enter(id)
        defer { leave(id) }
        do throws(RelayError) {
            return try await establish(id, ticket: request.ticket)
        } catch {
            abandon(id)
            throw error
        }
    }

    private func checkFilters(_ filters: [PlacementFilter]) throws(RelayError) {
        guard !filters.isEmpty else { return }
        guard let location = settings.location, !location.isUnknown else {
            if !warnedAboutFilters {
                warnedAboutFilters = true
                logger.notice(
                    "a session asks for placement filters; they are ignored, since 'relay.location' is not set"
                )
            }
            return
        }
        for filter in filters {
            if let mismatch = filter.mismatch(with: location) { throw RelayError(.unavailable, mismatch) }
        }
    }

    func requireDisk() throws(RelayError) {
        guard unsettled.count >= Self.maxUnsettled else { return }
        retryBacklog()
        throw RelayError(
            .unavailable,
            "the state directory takes no changes and \(unsettled.count) wait for it: see the log"
        )
    }

    /// Takes a token, an id and a port pair without waiting for anything.
    private func reserve(_ request: SessionRequest, webhookURL: WebhookURL?) throws(RelayError) -> String {
        guard entries.count < settings.maxSessions else {
            throw RelayError(.unavailable, "all \(settings.maxSessions) sessions are in use ('sessions.max')")
        }
        let pair = try takePair()
        guard
            let token = tokens.draw(
                from: random,
                attempts: 16 * loads.count + 16,
                leastLoad: loads.min() ?? 0,
                load: { loads[plane.worker(forSessionToken: $0)] }
            )
        else {
            releasePair(pair)
            throw RelayError(.unavailable, "no session token is free")
        }
        var id = random.sessionID()
        while entries[id] != nil || unsettled[id] != nil { id = random.sessionID() }
        var users: [SessionUser] = []
        users.reserveCapacity(request.addresses.count)
        var drawn: Set<UInt32> = []
        for (index, address) in request.addresses.enumerated() {
            var userToken = random.token()
            while !drawn.insert(userToken).inserted { userToken = random.token() }
            users.append(SessionUser(number: Int32(index + 1), address: address, token: userToken))
        }
        let session = Session(
            id: id,
            token: token,
            users: users,
            nextUserNumber: Int32(users.count + 1),
            portPair: pair,
            ports: plane.ports(of: pair),
            hostNumber: request.hostIndex.flatMap { users.indices.contains($0) ? users[$0].number : nil },
            createdInGeneration: generation,
            createdAt: now(),
            sequence: nextSequence,
            webhookURL: webhookURL?.text,
            webhook: webhookURL.map { webhookState(of: $0.text) }
        )
        nextSequence += 1
        entries[id] = Entry(session: session, phase: .creating)
        idsByToken[token] = id
        count(session, sign: 1)
        return id
    }

    /// Disk, then plane, then visible.
    private func establish(_ id: String, ticket: IdempotencyTicket?) async throws(RelayError) -> Session {
        guard let entry = entries[id] else { throw Self.noSession }
        let answer = draftAnswer(ticket, entry.session, users: entry.session.users)
        let webhook = webhook(for: entry.session)
        do throws(SessionStoreError) {
            try await store.commit(answering(answer, .createSession(entry.session, webhook: webhook)))
        } catch {
            // The record may have reached the disk all the same.
            owe(removalOf: entry.session, releasing: nil, forgetting: answer)
            throw RelayError(.unavailable, "the session could not be made durable: \(error.message)")
        }
        do throws(RelayError) {
            try await addToPlane(id)
        } catch {
            await undoCreate(of: entry.session, webhook: webhook, answer: answer)
            throw error
        }
        guard let created = entries[id]?.session else { throw Self.noSession }
        entries[id]?.phase = .live
        index.insert(id, sequence: created.sequence)
        if let answer { answers.finish(answer) }
        if let webhook { submitWebhook(webhook) }
        retryBacklog()
        return created
    }

    private func webhook(for session: Session) -> PendingWebhook? {
        guard let url = session.webhookURL else { return nil }
        defer { nextWebhookID += 1 }
        return PendingWebhook(
            id: nextWebhookID,
            sessionID: session.id,
            url: url,
            body: renderWebhook(session),
            createdAt: session.createdAt,
            nextAttemptAt: session.createdAt
        )
    }

    /// Serves the session; where its dedicated ports are taken by another process, on the next pair.
    private func addToPlane(_ id: String) async throws(RelayError) {
        for _ in 0..<Self.maxPortAttempts {
            guard let session = entries[id]?.session else { throw Self.noSession }
            do throws(DataPlaneError) {
                try await plane.add(
                    SessionPlan(session, pinsAddresses: settings.pinsAddresses)
                )
                return
            } catch {
                noteExhaustion(error)
                guard case .portUnavailable(let port, let reason) = error, session.portPair != .shared else {
                    throw Self.refusal(error)
                }
                logger.warning("UDP port \(port) of 'relay.ports.dedicated' cannot be bound, trying others: \(reason)")
            }
            let pair = try takePair()
            let ports = plane.ports(of: pair)
            entries[id]?.session.portPair = pair
            entries[id]?.session.ports = ports
            releasePair(session.portPair)
            do throws(SessionStoreError) {
                try await store.commit(.movePorts(pair, ports, sessionID: id))
            } catch {
                throw RelayError(.unavailable, "the session could not be made durable: \(error.message)")
            }
        }
        throw RelayError(
            .unavailable,
            "\(Self.maxPortAttempts) port pairs of 'relay.ports.dedicated' in a row cannot be bound"
        )
    }

    /// Says that there are no more descriptors, once a minute at most, however many sessions run into it.
    func noteExhaustion(_ error: DataPlaneError) {
        guard case .exhausted(let reason) = error, now() >= nextExhaustionLine else { return }
        nextExhaustionLine = now() + 60
        logger.error("sessions are refused since no socket can be opened for them: \(reason)")
    }

    private func undoCreate(of session: Session, webhook: PendingWebhook?, answer: IdempotencyBook.Draft?) async {
        owe(removalOf: session, releasing: nil, forgetting: answer)
        _ = try? await settle(session.id)
        guard let webhook else { return }
        do {
            try await store.commit(.removeWebhook(id: webhook.id))
        } catch {
            logger.warning("the webhook of a session that failed may be sent after the next start: \(error.message)")
        }
    }

    /// Gives back what `reserve` took. The token stays reserved, as the record on disk may still have it.
    private func abandon(_ id: String) {
        guard let session = entries.removeValue(forKey: id)?.session else { return }
        count(session, sign: -1)
        idsByToken[session.token] = nil
        tokens.end(session.token, at: now())
        releasePair(session.portPair)
    }

    // MARK: Port pairs

    func takePair() throws(RelayError) -> PortPairID {
        guard let count = ports?.count else { return .shared }
        guard let pair = ports?.take() else {
            throw RelayError(
                .unavailable,
                "all \(count) port pairs are in use: widen 'relay.ports.dedicated' or end sessions"
            )
        }
        return .dedicated(pair)
    }

    func releasePair(_ pair: PortPairID) {
        if case .dedicated(let number) = pair { ports?.release(number) }
    }

    static func refusal(_ error: DataPlaneError) -> RelayError {
        switch error {
        case .portUnavailable(let port, let reason):
            RelayError(.unavailable, "UDP port \(port) cannot be bound: \(reason)")
        case .exhausted(let reason):
            RelayError(.unavailable, "no socket can be opened for the session: \(reason)")
        case .full(let limit, let key):
            RelayError(.unavailable, "a worker of the relay is full (\(limit), '\(key)')")
        case .unknownSession:
            noSession
        case .duplicateToken:
            RelayError(.unavailable, "the token drawn is in use: try again")
        case .cannotStart(let reason):
            RelayError(.unavailable, "the data plane is not running: \(reason)")
        case .stopped:
            RelayError(.unavailable, "the relay is stopping")
        }
    }
}
