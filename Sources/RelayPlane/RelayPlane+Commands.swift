package import RelayCore

// Commands go to the worker that the session's token steers to, and return when it has obeyed.
extension RelayPlane {
    package func add(_ plan: SessionPlan) async throws(DataPlaneError) {
        var sockets: PairSockets?
        if case .dedicated = plan.portPair { sockets = try binder.openDedicated(ports(of: plan.portPair)) }
        let mailbox = mailbox(plan.sessionToken)
        let opened = sockets
        let error: DataPlaneError? = await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.addSession(plan, opened) { continuation.resume(returning: $0) })
            if !isPosted {
                opened?.closeAll()
                continuation.resume(returning: .stopped)
            }
        }
        if let error { throw error }
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
        await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.removeSession(token: sessionToken) { continuation.resume() })
            if !isPosted { continuation.resume() }
        }
    }

    package func activity(ofSession sessionToken: UInt32) async -> SessionActivity? {
        let mailbox = mailbox(sessionToken)
        return await withCheckedContinuation { continuation in
            let isPosted = mailbox.post(.activity(token: sessionToken) { continuation.resume(returning: $0) })
            if !isPosted { continuation.resume(returning: nil) }
        }
    }

    /// Whether every worker turns its loop: returns true once all have answered, and false where one has stopped. It does
    /// not return while one hangs.
    package func turned() async -> Bool {
        var isTurning = true
        for mailbox in mailboxes {
            let answer = await withCheckedContinuation { continuation in
                if !mailbox.post(.turn { continuation.resume(returning: $0) }) { continuation.resume(returning: false) }
            }
            isTurning = isTurning && answer
        }
        return isTurning
    }

    private func mailbox(_ sessionToken: UInt32) -> Mailbox {
        mailboxes[worker(forSessionToken: sessionToken)]
    }
}
