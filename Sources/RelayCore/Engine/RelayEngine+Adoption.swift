import RelayWire

// Takes over what a process that is gone had learned: who is where, under which connection id, who hosts. Only what the
// control plane then names stays: the database always wins.
extension RelayEngine {
    /// Adds the sessions of another engine's tables, with their users, addresses, connection ids, roles, counters and what
    /// waits. Each is served at once, and ends with `dropUnconfirmed` unless `add` has named it by then.
    ///
    /// The keyed hash has to be the same as that engine's. Call it before the first datagram.
    /// - Parameters:
    ///   - former: tables that nobody writes any more.
    ///   - takesCounters: whether this engine goes on counting where that one stopped.
    ///   - isMine: tells by token and pair whether this engine serves a session now.
    public mutating func adopt(
        _ former: FormerTables,
        now: UInt64,
        takesCounters: Bool,
        where isMine: (_ token: UInt32, _ pair: UInt32) -> Bool
    ) -> Adoption {
        let stamp = Stamp(now: now)
        clock = now
        var adoption = Adoption()
        listensSince = stamp
        if takesCounters { counters.absorb(former.counters) }
        let places = adoptSessions(former, stamp, isMine, &adoption)
        let movedUsers = adoptUsers(former, stamp, places, isMine, &adoption)
        settleHosts(former, places, movedUsers, &adoption)
        adoptHeld(former, stamp, places, movedUsers, &adoption)
        return adoption
    }

    /// - Returns: the new slot of each former one, or -1.
    private mutating func adoptSessions(
        _ former: FormerTables,
        _ now: Stamp,
        _ isMine: (UInt32, UInt32) -> Bool,
        _ adoption: inout Adoption
    ) -> [Int32] {
        var places = [Int32](repeating: -1, count: former.sessionCount)
        for slot in 0..<former.sessionCount where !former.sessions[slot].isFree {
            var line = former.sessions[slot]
            guard isMine(line.token, line.pair) else { continue }
            guard findSession(line.token) < 0 else {
                adoption.tornSessions += 1
                continue
            }
            guard let session = try? takeSessionSlot() else {
                adoption.overflow += 1
                continue
            }
            line.host = 0
            // Idle clocks start again: nobody could be heard while nobody listened.
            line.lastValid = now
            line.endpoint.validate(now)
            sessions[session] = line
            var roaming = former.sessionRoaming[slot]
            (roaming.held, roaming.next, roaming.previous) = (0, 0, 0)
            sessionRoaming[session] = roaming
            let formerOwner = UInt32(slot + 1) | MoveHistoryPool.isHost
            let owner = UInt32(session + 1) | MoveHistoryPool.isHost
            adoptHistory(former, formerOwner, into: sessionRoaming + session, owner: owner)
            let book = former.sessionBooks[slot]
            // Ids below are users' numbers: where they stand here, the next block is used.
            if book.nextRejoinID >= Rule.firstRejoinID {
                sessionBooks[session].nextRejoinID = book.nextRejoinID
                sessionBooks[session].endRejoinID = book.endRejoinID
            }
            sessionBooks[session].highestUserID = book.highestUserID
            sessionBooks[session].wrongSince = book.wrongSince.clamped(to: now)
            sessionBooks[session].wrongCount = book.wrongCount
            sessionBooks[session].isHostHeard = book.isHostHeard
            sessionBooks[session].isUnconfirmed = true
            if !Blank.isZero(former.sessionMeters + slot) {
                sessionMeters[session] = former.sessionMeters[slot]
                sessionMeters[session].validate()
            }
            if !Blank.isZero(former.sessionRecords + slot) {
                sessionRecords[session] = former.sessionRecords[slot]
                sessionRecords[session].link.resume(now)
            }
            list(session: session)
            places[slot] = Int32(truncatingIfNeeded: session)
            adoption.sessions += 1
        }
        return places
    }

    /// - Returns: the new slot of each former one, or -1.
    private mutating func adoptUsers(
        _ former: FormerTables,
        _ now: Stamp,
        _ sessionPlaces: [Int32],
        _ isMine: (UInt32, UInt32) -> Bool,
        _ adoption: inout Adoption
    ) -> [Int32] {
        var places = [Int32](repeating: -1, count: former.userCount)
        var departed: [Int] = []
        for slot in 0..<former.userCount where !former.users[slot].isFree {
            let line = former.users[slot]
            let credentials = Credentials(rawValue: line.credentials)
            if line.isDeparted {
                departed.append(slot)
                continue
            }
            guard line.session < former.sessionCount, former.sessions[line.session].token == credentials.sessionToken
            else {
                adoption.tornUsers += 1
                continue
            }
            let session = Int(sessionPlaces[line.session])
            guard session >= 0 else { continue }
            guard credentials.userToken != 0, line.connectionID > 0, findUser(credentials) < 0,
                findConnection(line.connectionID, session: session) < 0
            else {
                adoption.tornUsers += 1
                continue
            }
            guard let user = adopt(line, former.userRoaming[slot], session: session, now) else {
                adoption.overflow += 1
                continue
            }
            adoptHistory(former, UInt32(slot + 1), into: userRoaming + user, owner: UInt32(user + 1))
            if !Blank.isZero(former.meters + slot) {
                meters[user] = former.meters[slot]
                meters[user].validate()
            }
            if !Blank.isZero(former.userRecords + slot) {
                userRecords[user] = former.userRecords[slot]
                userRecords[user].resume(now)
            }
            places[slot] = Int32(truncatingIfNeeded: user)
            adoption.users += 1
            if users[user].endpoint.isBound { adoption.addresses += 1 }
        }
        adoptDeparted(departed, former, now, isMine)
        return places
    }

    private mutating func adopt(_ former: UserLine, _ roaming: Roaming, session: Int, _ now: Stamp) -> Int? {
        guard let user = try? takeUserSlot() else { return nil }
        var line = former
        line.session = session
        line.endpoint.validate(now)
        // Whoever was silent for the user timeout is not bound any more, whether a sweep came by or not.
        if now.age(since: line.endpoint.lastHeard) >= settings.userTimeout { line.endpoint.unbind() }
        users[user] = line
        userRoaming[user] = roaming
        userRoaming[user].held = 0
        list(user: user)
        insertConnection(user)
        adoptEndpoint(ofUser: user, now)
        link(user, session: session)
        let id = line.connectionID
        if id >= Rule.firstRejoinID {
            sessionBooks[session].nextRejoinID = max(sessionBooks[session].nextRejoinID, id &+ 1)
        } else {
            sessionBooks[session].highestUserID = max(sessionBooks[session].highestUserID, id)
        }
        return user
    }

    /// Tokens that were revoked shortly before go on being known as such, and the oldest is still the first to be forgotten.
    private mutating func adoptDeparted(
        _ slots: [Int],
        _ former: FormerTables,
        _ now: Stamp,
        _ isMine: (UInt32, UInt32) -> Bool
    ) {
        let oldestFirst = slots.sorted {
            now.age(since: former.users[$0].endpoint.lastHeard) > now.age(since: former.users[$1].endpoint.lastHeard)
        }
        for slot in oldestFirst {
            let line = former.users[slot]
            let credentials = Credentials(rawValue: line.credentials)
            // Whatever its pair was: it is served on none any more.
            guard isMine(credentials.sessionToken, PortPairID.shared.number),
                now.age(since: line.endpoint.lastHeard) < Rule.departedLifetime, findUser(credentials) < 0,
                let user = try? takeUserSlot()
            else { continue }
            users[user] = line
            users[user].endpoint.validate(now)
            userRoaming[user].hosted = former.userRoaming[slot].hosted
            if users[user].endpoint.isBound { noteUse(by: user) }
            list(user: user)
            linkDeparted(user)
        }
    }

    private mutating func settleHosts(
        _ former: FormerTables,
        _ sessionPlaces: [Int32],
        _ userPlaces: [Int32],
        _ adoption: inout Adoption
    ) {
        for (slot, place) in sessionPlaces.enumerated() where place >= 0 {
            let session = Int(place)
            let host = Int(former.sessions[slot].host) - 1
            let user = userPlaces.indices.contains(host) ? Int(userPlaces[host]) : -1
            if user >= 0, users[user].session == session {
                sessions[session].host = UInt32(user + 1)
                if sessions[session].endpoint.isBound {
                    ledger.endpoints.add(endpointKey(sessions[session].endpoint.peer))
                    adoption.addresses += 1
                }
            } else {
                sessions[session].endpoint.unbind()
                sessionBooks[session].isHostHeard = false
            }
        }
    }

    private mutating func adoptHeld(
        _ former: FormerTables,
        _ now: Stamp,
        _ sessionPlaces: [Int32],
        _ userPlaces: [Int32],
        _ adoption: inout Adoption
    ) {
        for slot in 0..<HeldPool.capacity {
            guard let waiting = former.heldSlot(slot) else { continue }
            let bytes = former.heldBytes + slot * HeldPool.bytesPerSlot
            let datagram = DatagramBytes(base: bytes, length: Int(waiting.length))
            guard userPlaces.indices.contains(Int(waiting.user)), userPlaces[Int(waiting.user)] >= 0 else { continue }
            let user = Int(userPlaces[Int(waiting.user)])
            let session = users[user].session
            // A slot whose datagram was not all written yet may hold another user's.
            let header = waiting.kind == .hostCandidate ? Wire.hostHeaderLength : Wire.clientHeaderLength
            guard header < datagram.length, datagram.length <= Wire.maximumLength,
                datagram.credentials.rawValue == users[user].credentials,
                now.age(since: waiting.storedAt) <= Rule.heldLifetime,
                waiting.kind != .earlyJoiner || !endpoint(ofHostIn: session).pointee.isBound
            else {
                counters.countDrop(waiting.kind == .earlyJoiner ? .noHost : .roamingUnconfirmed)
                continue
            }
            switch waiting.kind {
            case .free: continue
            case .earlyJoiner:
                _ = holdForHost(datagram, user: user, session: session, receivedAt: waiting.storedAt, now)
            case .clientCandidate:
                let since = waiting.storedAt
                _ = holdCandidate(datagram, waiting.kind, user: user, session: session, userRoaming + user, since)
            case .hostCandidate:
                let since = waiting.storedAt
                _ = holdCandidate(datagram, waiting.kind, user: user, session: session, sessionRoaming + session, since)
            }
            adoption.held += 1
        }
        counters.set(.heldNow, to: UInt64(held.count))
    }
}

extension BoundEndpoint {
    /// Unbinds what cannot have been a player's address, and keeps the stamp young enough to tell its age.
    fileprivate mutating func validate(_ now: Stamp) {
        if isBound, !isPossible { unbind() }
        lastHeard = lastHeard.clamped(to: now)
    }

    private var isPossible: Bool {
        let family = head & 0xFFFF
        guard family == PeerEndpoint.familyIPv4 || family == PeerEndpoint.familyIPv6 else { return false }
        let address = peer.address
        return peer.port != 0 && !address.isUnspecified && !address.isMulticast && !address.isBroadcast
    }
}
