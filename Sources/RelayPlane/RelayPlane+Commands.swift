package import RelayCore

// Commands go to the worker that the session's token steers to, and return when it has obeyed.
extension RelayPlane {
    package func add(_ plan: SessionPlan) async throws(DataPlaneError) {
        var sockets: PairSockets?
        if case .dedicated(let index) = plan.portPair { sockets = try dedicated.open(index) }
        let mailbox = mailbox(plan.sessionToken)
        let opened = sockets
        let error: DataPlaneError? = await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.addSession(plan, opened) { continuation.resume(returning: $0) })
            if !isPosted {
                opened?.closeAll()
                continuation.resume(returning: .stopped)
            }
        }
        if let error {
            dedicated.closed(plan.portPair.number)
            throw error
        }
    }

    package func add(_ user: UserPlan, toSession sessionToken: UInt32) async throws(DataPlaneError) {
        let mailbox = mailbox(sessionToken)
        let error: DataPlaneError? = await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(
                .addUser(user, sessionToken: sessionToken) { continuation.resume(returning: $0) }
            )
            if !isPosted { continuation.resume(returning: .stopped) }
        }
        if let error { throw error }
    }

    package func remove(userToken: UInt32, fromSession sessionToken: UInt32) async {
        let mailbox = mailbox(sessionToken)
        await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(
                .removeUser(token: userToken, sessionToken: sessionToken) { continuation.resume() }
            )
            if !isPosted { continuation.resume() }
        }
    }

    package func removeSession(_ sessionToken: UInt32) async {
        let mailbox = mailbox(sessionToken)
        let pair = await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.removeSession(token: sessionToken) { continuation.resume(returning: $0) })
            if !isPosted { continuation.resume(returning: nil) }
        }
        if let pair { dedicated.closed(pair) }
    }

    package func confirmRestored() async -> Int {
        var count = 0
        for mailbox in mailboxes {
            let dropped = await withCheckedContinuation { continuation in
                let isPosted = mailbox.post(.dropUnconfirmed { continuation.resume(returning: $0) })
                if !isPosted { continuation.resume(returning: []) }
            }
            for session in dropped { dedicated.closed(session.pair) }
            count += dropped.count
        }
        dedicated.settle()
        return count
    }

    /// Returns when every worker has turned its loop since; false where one has stopped.
    package func turned() async -> Bool {
        for mailbox in mailboxes {
            let isTurning = await withCheckedContinuation { continuation in
                let isPosted = mailbox.post(.turn { continuation.resume(returning: $0) })
                if !isPosted { continuation.resume(returning: false) }
            }
            guard isTurning else { return false }
        }
        return true
    }

    package func activity(ofSession sessionToken: UInt32) async -> SessionActivity? {
        let mailbox = mailbox(sessionToken)
        return await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.activity(token: sessionToken) { continuation.resume(returning: $0) })
            if !isPosted { continuation.resume(returning: nil) }
        }
    }

    package func silences(ofUsers userTokens: [UInt32], inSession sessionToken: UInt32) async -> [UInt32?] {
        let mailbox = mailbox(sessionToken)
        return await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(
                .silences(users: userTokens, token: sessionToken) { continuation.resume(returning: $0) }
            )
            if !isPosted { continuation.resume(returning: userTokens.map { _ in nil }) }
        }
    }

    package func report(ofSession sessionToken: UInt32) async -> SessionReport? {
        let mailbox = mailbox(sessionToken)
        return await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.report(token: sessionToken) { continuation.resume(returning: $0) })
            if !isPosted { continuation.resume(returning: nil) }
        }
    }

    package func survey(ofWorker worker: Int, from slot: Int) async -> SessionSurvey {
        let mailbox = mailboxes[worker]
        return await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.survey(from: slot) { continuation.resume(returning: $0) })
            if !isPosted { continuation.resume(returning: SessionSurvey()) }
        }
    }

    private func mailbox(_ sessionToken: UInt32) -> Mailbox {
        mailboxes[worker(forSessionToken: sessionToken)]
    }
}
