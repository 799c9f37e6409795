internal import Logging
package import RelayCore

/// Work of the control plane that no caller waits for.
enum BackgroundJob: Hashable, Sendable {
    /// Write who hosts.
    case recordHost(String)
    /// Write under which connection id the host knows a user.
    case recordConnectionID(String, number: Int32)
    /// Write that the session was used.
    case recordUse(String)
    /// End a session for lack of traffic.
    case endIdle(String)
    /// Make durable what is cut off.
    case settle(String)
}

extension SessionService {
    /// More would be told again, or cost a host its record until the next claim.
    private static let mostEarlyEvents = 1_000_000

    /// Takes in what happened before the database was read.
    func handleEarlyEvents() {
        let events = earlyEvents
        earlyEvents = []
        for event in events { handle(event) }
    }

    /// For how long the token of an ended session stays reserved, seconds.
    private static let reservation: Double = 86_400

    /// Takes in what the plane saw; returns without waiting for the disk. Events on unknown tokens are ignored.
    package func handle(_ event: PlaneEvent) {
        guard phase == .ready else {
            // What the plane took over from an earlier process goes on while the database is still being read.
            if earlyEvents.count < Self.mostEarlyEvents { earlyEvents.append(event) }
            return
        }
        switch event {
        case .hostClaimed(let sessionToken, let userToken):
            guard let id = idsByToken[sessionToken],
                let user = entries[id]?.session.users.first(where: { $0.token == userToken }),
                entries[id]?.session.hostNumber != user.number
            else { return }
            entries[id]?.session.hostNumber = user.number
            backlog.add(.recordHost(id))
        case .connectionIDGiven(let sessionToken, let userToken, let connectionID):
            guard let id = idsByToken[sessionToken] else { return }
            takeIn(connectionID, of: userToken, in: id)
        case .endpointContested(let sessionToken, let userToken):
            guard let id = idsByToken[sessionToken] else { return }
            warnOfContest(userToken, in: id)
        case .sessionUsed(let sessionToken):
            guard let id = idsByToken[sessionToken], entries[id]?.session.wasUsed == false else { return }
            entries[id]?.session.wasUsed = true
            backlog.add(.recordUse(id))
        case .sessionIdle(let sessionToken):
            guard let id = idsByToken[sessionToken] else { return }
            backlog.add(.endIdle(id))
        }
        runBacklog()
    }

    /// An id that was given is never given again, whether its user is still there or not.
    private func takeIn(_ connectionID: Int32, of userToken: UInt32, in id: String) {
        guard let session = entries[id]?.session else { return }
        let index = session.users.firstIndex { $0.token == userToken }
        let number = index.map { session.users[$0].number } ?? 0
        if let index { entries[id]?.session.users[index].rejoinID = connectionID == number ? nil : connectionID }
        if connectionID >= SessionPlan.firstRejoinID {
            entries[id]?.session.highestRejoinID = max(session.highestRejoinID, connectionID)
        }
        backlog.add(.recordConnectionID(id, number: number))
    }

    private func warnOfContest(_ userToken: UInt32, in id: String) {
        guard let user = entries[id]?.session.users.first(where: { $0.token == userToken }) else { return }
        logger.warning(
            """
            two addresses take user \(user.number) from each other: its token is stolen, or two devices use it; revoke the \
            user and authorize a new one ('causewayctl why \(id) \(user.number)' shows more)
            """,
            metadata: ["session": "\(id)"]
        )
    }

    /// Frees reserved tokens after 24 hours and tries again what the disk refused. Call it about once a minute.
    package func housekeeping() async {
        retryBacklog()
        if phase == .ready { await forgetOldAnswers() }
        let limit = now() - Self.reservation
        guard phase == .ready, tokens.hasReservation(before: limit) else { return }
        do {
            try await store.commit(.forgetReservedTokens(before: limit))
            tokens.forget(before: limit)
        } catch {
            logger.warning("tokens of ended sessions stay reserved for now: \(error.message)")
        }
    }

    /// Queues again what failed; called whenever the disk has just answered.
    func retryBacklog() {
        backlog.retryStalled()
        runBacklog()
    }

    private func runBacklog() {
        while let job = backlog.start() {
            Task {
                let succeeded = await self.perform(job)
                self.backlog.finished(job, succeeded: succeeded)
                // After a failure the disk gets a pause: until the next success elsewhere, or housekeeping.
                self.runBacklog()
            }
        }
    }

    private func perform(_ job: BackgroundJob) async -> Bool {
        do {
            switch job {
            case .recordHost(let id):
                guard let session = entries[id]?.session else { return true }
                try await store.commit(.setHost(number: session.hostNumber, sessionID: id))
            case .recordConnectionID(let id, let number):
                guard let session = entries[id]?.session else { return true }
                let change = StoreChange.setConnectionID(
                    number: number,
                    rejoinID: session.users.first { $0.number == number }?.rejoinID,
                    highest: session.highestRejoinID,
                    sessionID: id
                )
                try await store.commit(change)
            case .recordUse(let id):
                try await store.commit(.markUsed(sessionID: id))
            case .endIdle(let id):
                guard let entry = entries[id] else { return true }
                // What the disk refuses is owed then, and settled by a job of its own.
                do { try await end(id, because: entry.session.wasUsed ? .idle : .unused) } catch {
                    if error.code != .notFound { throw error }
                }
            case .settle(let id):
                await enter(id)
                defer { leave(id) }
                try await settle(id)
            }
            return true
        } catch {
            logger.warning("a change is not durable yet, it will be tried again: \(error)")
            return false
        }
    }
}
