import RelayWire

/// Why the engine could not take a session or a user.
public enum EngineError: Error, Equatable {
    case sessionsFull(limit: Int)
    case usersFull(limit: Int)
    case unknownSession
    /// The token is taken already; a bug of the caller.
    case duplicateToken
}

// What the control plane tells. Each takes effect with the next datagram.
extension RelayEngine {
    /// Starts serving a session. Nothing is changed when it throws.
    public mutating func add(_ plan: SessionPlan, now: UInt64) throws(EngineError) {
        let known = findSession(plan.sessionToken)
        if known >= 0, sessionBooks[known].isUnconfirmed { return try confirm(known, plan, now: now) }
        guard known < 0, plan.sessionToken != 0 else { throw .duplicateToken }
        let session = try takeSessionSlot()
        sessions[session].token = plan.sessionToken
        sessions[session].lastValid = Stamp(now: now)
        sessions[session].endpoint.lastHeard = Stamp(now: now)
        sessions[session].wasUsed = plan.wasUsed
        sessions[session].pair = plan.portPair.number
        sessionBooks[session].isHostHeard = plan.wasUsed
        sessionBooks[session].nextRejoinID = plan.rejoinIDs.lowerBound
        sessionBooks[session].endRejoinID = plan.rejoinIDs.upperBound
        list(session: session)
        do {
            for user in plan.users {
                let slot = try insert(user, session: session, isUsedUp: plan.wasUsed)
                if user.userToken == plan.hostUserToken { sessions[session].host = UInt32(slot + 1) }
            }
        } catch {
            discard(session: session)
            throw error
        }
    }

    /// Starts accepting one more user.
    public mutating func add(_ user: UserPlan, toSession token: UInt32) throws(EngineError) {
        let session = findSession(token)
        guard session >= 0 else { throw .unknownSession }
        _ = try insert(user, session: session, isUsedUp: false)
    }

    /// Stops accepting a user; its tokens are known as revoked from now on. False where nobody has them.
    @discardableResult
    public mutating func removeUser(_ userToken: UInt32, fromSession token: UInt32, now: UInt64) -> Bool {
        let user = findUser(Credentials(userToken: userToken, sessionToken: token))
        guard user >= 0, !users[user].isDeparted else { return false }
        clock = now
        depart(user, now: Stamp(now: now))
        return true
    }

    /// Stops serving a session; its users' tokens are known as revoked from now on. False where it is not served.
    @discardableResult
    public mutating func removeSession(_ token: UInt32, now: UInt64) -> Bool {
        let session = findSession(token)
        guard session >= 0 else { return false }
        clock = now
        while sessionBooks[session].firstUser != 0 {
            depart(Int(sessionBooks[session].firstUser) - 1, now: Stamp(now: now))
        }
        discard(session: session)
        return true
    }

    /// The pair of ports a session is served on, 0 for the shared one; nil where it is not served.
    public mutating func pair(ofSession token: UInt32) -> UInt32? {
        let session = findSession(token)
        return session >= 0 ? sessions[session].pair : nil
    }

    /// What was heard in a session; nil where it is not served.
    public mutating func activity(ofSession token: UInt32, now: UInt64) -> SessionActivity? {
        let session = findSession(token)
        guard session >= 0 else { return nil }
        let stamp = Stamp(now: now)
        let hosts = sessions[session].host != 0 && sessionBooks[session].isHostHeard
        let host = hosts ? stamp.age(since: sessions[session].endpoint.lastHeard) : nil
        return SessionActivity(hostSilence: host, silence: stamp.age(since: sessions[session].lastValid))
    }

    /// Frees a session's slot and those of all its users at once, as if it had never been.
    private mutating func discard(session: Int) {
        while sessionBooks[session].firstUser != 0 {
            let user = Int(sessionBooks[session].firstUser) - 1
            removeConnection(user)
            unlink(user, session: session)
            free(user)
        }
        forgetHostMoves(session: session)
        let sessions = sessions
        let hash = hash
        sessionIndex.remove(hash(UInt64(sessions[session].token)), session) { hash(UInt64(sessions[$0].token)) }
        (sessions + session).update(repeating: .blank, count: 1)
        sessionBooks[session].nextFree = sessionPool.firstFree
        sessionPool.firstFree = UInt32(session + 1)
        countSessions(-1)
    }

    /// A blank session's slot.
    mutating func takeSessionSlot() throws(EngineError) -> Int {
        let books = sessionBooks
        let everTaken = sessionPool.highWater
        let session = sessionPool.take(capacity: layout.sessionCapacity) { books[$0].nextFree }
        guard session >= 0 else { throw .sessionsFull(limit: layout.sessionCapacity) }
        book.pointee.sessionHighWater = UInt32(truncatingIfNeeded: sessionPool.highWater)
        (sessions + session).update(repeating: .blank, count: 1)
        (sessionBooks + session).update(repeating: .blank, count: 1)
        (sessionRoaming + session).update(repeating: .blank, count: 1)
        // Zeroed memory is blank, and takes up nothing until somebody sends.
        if session < everTaken {
            (sessionMeters + session).update(repeating: .blank, count: 1)
            (sessionRecords + session).update(repeating: .blank, count: 1)
        }
        return session
    }

    /// Lets a session be found by its token.
    mutating func list(session: Int) {
        let (sessions, hash) = (sessions, hash)
        sessionIndex.insert(hash(UInt64(sessions[session].token)), session) { hash(UInt64(sessions[$0].token)) }
        countSessions(+1)
    }

    private mutating func countSessions(_ change: Int) {
        liveSessions += change
        counters.set(.sessionsNow, to: UInt64(liveSessions))
    }

    /// - Parameter isUsedUp: whether a game connection may go on under the user's id that this process does not know of.
    mutating func insert(_ plan: UserPlan, session: Int, isUsedUp: Bool) throws(EngineError) -> Int {
        let credentials = Credentials(userToken: plan.userToken, sessionToken: sessions[session].token)
        let known = findUser(credentials)
        if known >= 0 {
            guard users[known].isDeparted else { throw .duplicateToken }
            forget(departed: known)
        }
        let user = try takeUserSlot()
        users[user].credentials = credentials.rawValue
        users[user].session = session
        users[user].connectionID = plan.connectionID
        users[user].isUsedUp = isUsedUp
        setNamed(plan, user)
        list(user: user)
        insertConnection(user)
        link(user, session: session)
        noteGivenIDs(plan, session: session)
        return user
    }

    /// An id that was given out must not be given again, and is known as such.
    mutating func noteGivenIDs(_ plan: UserPlan, session: Int) {
        let book = sessionBooks + session
        book.pointee.highestUserID = max(book.pointee.highestUserID, plan.number)
        guard plan.connectionID >= book.pointee.nextRejoinID, plan.connectionID < book.pointee.endRejoinID else {
            return
        }
        book.pointee.nextRejoinID = plan.connectionID + 1
    }

    /// Lets a user be found by its tokens.
    mutating func list(user: Int) {
        let (users, hash) = (users, hash)
        credentialsIndex.insert(hash(users[user].credentials), user) { hash(users[$0].credentials) }
    }

    /// A blank user's slot.
    mutating func takeUserSlot() throws(EngineError) -> Int {
        let roaming = userRoaming
        let everTaken = userPool.highWater
        var user = userPool.take(capacity: layout.userCapacity) { roaming[$0].next }
        if user < 0 {
            // The oldest revoked pair is forgotten before a new user is turned away.
            guard departed.first != 0 else { throw .usersFull(limit: layout.userCapacity) }
            forget(departed: Int(departed.first) - 1)
            user = userPool.take(capacity: layout.userCapacity) { roaming[$0].next }
        }
        book.pointee.userHighWater = UInt32(truncatingIfNeeded: userPool.highWater)
        (users + user).update(repeating: .blank, count: 1)
        (userRoaming + user).update(repeating: .blank, count: 1)
        if user < everTaken {
            (meters + user).update(repeating: .blank, count: 1)
            (userRecords + user).update(repeating: .blank, count: 1)
        }
        return user
    }
}
