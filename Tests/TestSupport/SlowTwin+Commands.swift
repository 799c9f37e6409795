package import RelayCore

// What the control plane tells. The caller sees to it that no token is ever used twice.
extension SlowTwin {
    /// Starts serving a session.
    package mutating func add(_ plan: SessionPlan, now: UInt64) {
        pass(to: now)
        var session = TwinSession(
            token: plan.sessionToken,
            pair: plan.portPair.number,
            rejoinIDs: plan.rejoinIDs,
            wasUsed: plan.wasUsed
        )
        session.hostToken = plan.hostUserToken
        session.host.heard = now
        session.isHostHeard = plan.wasUsed
        sessions[plan.sessionToken] = session
        for user in plan.users {
            add(user, toSession: plan.sessionToken)
            // Nobody knows what went on in a session that was used before.
            sessions[plan.sessionToken]?.users[user.userToken]?.isUsedUp = plan.wasUsed
        }
    }

    /// Starts accepting a user.
    package mutating func add(_ plan: UserPlan, toSession token: UInt32) {
        let user = TwinUser(
            token: plan.userToken,
            connectionID: plan.connectionID,
            pinned: plan.pinnedAddress,
            named: plan.namedAddress
        )
        sessions[token]?.users[plan.userToken] = user
        let highest = sessions[token]?.highestNumber ?? 0
        sessions[token]?.highestNumber = max(highest, plan.number)
    }

    /// Revokes a user. Unknown ones are no error.
    package mutating func removeUser(_ userToken: UInt32, fromSession token: UInt32, now: UInt64) {
        pass(to: now)
        guard let session = sessions[token], let user = session.users[userToken] else { return }
        if user.held != nil { drop(.noHost) }
        if user.client.pending != nil { drop(.roamingUnconfirmed) }
        var gone = TwinDeparted(at: now)
        if now - user.client.heard < UInt64(settings.userTimeout) { gone.clientEndpoint = user.client.endpoint }
        if session.hostToken == userToken {
            gone.hostEndpoint = session.host.endpoint
            if session.host.pending != nil { drop(.roamingUnconfirmed) }
            sessions[token]?.hostToken = nil
            sessions[token]?.host = TwinBinding()
            sessions[token]?.isHostHeard = false
            sessions[token]?.hostRate = TwinHostRate()
        }
        departed[TwinPair(session: token, user: userToken)] = gone
        noteDeparture(TwinPair(session: token, user: userToken), gone.endpoints)
        sessions[token]?.users[userToken] = nil
    }

    /// Ends a session. Unknown ones are no error.
    package mutating func removeSession(_ token: UInt32, now: UInt64) {
        pass(to: now)
        for user in sessions[token]?.users.keys.map(\.self) ?? [] { removeUser(user, fromSession: token, now: now) }
        sessions[token] = nil
    }

    /// The process is gone and left nothing but what the database holds.
    package mutating func restartCold(_ stored: [SessionPlan], now: UInt64) {
        pass(to: now)
        for session in sessions.values {
            for user in session.users.values {
                if user.held != nil { drop(.noHost) }
                if user.client.pending != nil { drop(.roamingUnconfirmed) }
            }
            if session.host.pending != nil { drop(.roamingUnconfirmed) }
        }
        sessions = [:]
        departed = [:]
        restart()
        for plan in stored { add(plan, now: now) }
    }

    /// Whether a session or a user is served.
    package func serves(session: UInt32, user: UInt32? = nil) -> Bool {
        guard let session = sessions[session] else { return false }
        return user.map { session.users[$0] != nil } ?? true
    }
}
