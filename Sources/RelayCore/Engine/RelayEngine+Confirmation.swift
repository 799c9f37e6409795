import RelayWire

// The database has the last word on what was taken over.
extension RelayEngine {
    /// Makes a session that was taken over what the plan says it is, and keeps what was learned: addresses, the ids of
    /// players who rejoined, who hosts. What the control plane does not know of that is told as events.
    mutating func confirm(_ session: Int, _ plan: SessionPlan, now: UInt64) throws(EngineError) {
        let stamp = Stamp(now: now)
        clock = now
        departStrangers(session: session, plan, stamp)
        for user in plan.users {
            let known = findUser(Credentials(userToken: user.userToken, sessionToken: plan.sessionToken))
            if known >= 0, !users[known].isDeparted {
                confirm(user: known, user, session: session)
            } else {
                _ = try insert(user, session: session, isUsedUp: plan.wasUsed)
            }
        }
        sessions[session].pair = plan.portPair.number
        // A plan without the tables opens another block of ids; with them, theirs goes on.
        let next = sessionBooks[session].nextRejoinID
        if next >= sessionBooks[session].endRejoinID, plan.rejoinIDs.lowerBound >= next {
            sessionBooks[session].nextRejoinID = plan.rejoinIDs.lowerBound
            sessionBooks[session].endRejoinID = plan.rejoinIDs.upperBound
        }
        settleHost(session: session, plan)
        if sessions[session].wasUsed, !plan.wasUsed {
            events.append(.sessionUsed(sessionToken: plan.sessionToken))
        }
        if plan.wasUsed { sessions[session].wasUsed = true }
        sessionBooks[session].isUnconfirmed = false
    }

    /// Stops serving every session that was taken over and has not been named since.
    /// - Returns: the tokens of the sessions, with the number of their pair of ports.
    public mutating func dropUnconfirmed(now: UInt64) -> [(token: UInt32, pair: UInt32)] {
        awaitsSessions = false
        var dropped: [(UInt32, UInt32)] = []
        for session in 0..<sessionPool.highWater
        where !sessions[session].isFree && sessionBooks[session].isUnconfirmed {
            dropped.append((sessions[session].token, sessions[session].pair))
        }
        for (token, _) in dropped { removeSession(token, now: now) }
        return dropped
    }

    private mutating func departStrangers(session: Int, _ plan: SessionPlan, _ now: Stamp) {
        let wanted = Set(plan.users.map(\.userToken))
        var strangers: [Int] = []
        var link = sessionBooks[session].firstUser
        while link != 0 {
            let user = Int(link) - 1
            if !wanted.contains(Credentials(rawValue: users[user].credentials).userToken) { strangers.append(user) }
            link = userRoaming[user].next
        }
        for user in strangers { depart(user, now: now) }
    }

    private mutating func confirm(user: Int, _ plan: UserPlan, session: Int) {
        setNamed(plan, user)
        noteGivenIDs(plan, session: session)
        let id = users[user].connectionID
        guard id != plan.connectionID else { return }
        // Of two ids that a user had, the host knows it by the one that was given later.
        guard id < plan.connectionID, findConnection(plan.connectionID, session: session) < 0 else {
            return tellConnectionID(ofUser: user)
        }
        removeConnection(user)
        users[user].connectionID = plan.connectionID
        users[user].isUsedUp = true
        insertConnection(user)
    }

    private mutating func settleHost(session: Int, _ plan: SessionPlan) {
        let host = Int(sessions[session].host) - 1
        if host >= 0 {
            let token = Credentials(rawValue: users[host].credentials).userToken
            if token != plan.hostUserToken {
                events.append(.hostClaimed(sessionToken: plan.sessionToken, userToken: token))
            }
        } else if let token = plan.hostUserToken {
            let user = findUser(Credentials(userToken: token, sessionToken: plan.sessionToken))
            if user >= 0 { sessions[session].host = UInt32(user + 1) }
        }
    }
}
