internal import Logging
internal import RelayCore

// A database that lost its tail knows sessions and users that had been cut off since. What the plane took over from the
// process before does not: the plane comes first when somebody is cut off, and last when somebody is added.
extension SessionService {
    /// Says loudly that a lost tail was accepted, and takes out of the restored state whom the plane's memory does not know.
    func reconcile(_ state: inout StoredState) async {
        lostTails = state.lostTails
        guard let loss = state.lostTail else { return }
        logger.critical(
            """
            the database lost what it had acknowledged and was accepted as it is (\(loss.finding)): it knows nothing of who \
            was added, revoked and deleted in the lost part. Compare GET /v1/relays/sessions with what your backend knows
            """,
            metadata: ["accepted": "\(state.lostTails)"]
        )
        guard loss.isPlaneCurrent, plane.remembersSessions else {
            logger.critical(
                """
                whoever was revoked or deleted in the lost part is valid again: there is no memory of the process before that \
                would tell. Revoke and delete anew
                """
            )
            return
        }
        let users = await takeOutUnknown(&state.sessions)
        let sessions = unsettled.values.count { $0.removal != nil }
        for id in Array(unsettled.keys) {
            do throws(SessionStoreError) {
                try await settle(id)
            } catch {
                logger.error(
                    "cut off, but not durable yet, it will be tried again: \(error.message)",
                    metadata: ["session": "\(id)"]
                )
            }
        }
        logger.critical(
            "the memory of the process before no longer had \(sessions) sessions and \(users) users: they stay cut off"
        )
    }

    /// Owes the removal of every session and user that the plane does not know.
    /// - Returns: how many users that were, beside those of the sessions.
    private func takeOutUnknown(_ sessions: inout [Session]) async -> Int {
        var kept: [Session] = []
        var count = 0
        for var session in sessions {
            guard let report = await plane.report(ofSession: session.token) else {
                tokens.end(session.token, at: now())
                owe(removalOf: session, releasing: nil)
                continue
            }
            let known = Set(report.users.map(\.userToken))
            for user in session.users where !known.contains(user.token) {
                unsettled[session.id, default: Unsettled()].revoked[user.token] = user.number
                backlog.stall(.settle(session.id))
                count += 1
            }
            session.users.removeAll { !known.contains($0.token) }
            kept.append(session)
        }
        sessions = kept
        return count
    }
}
