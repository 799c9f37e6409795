import RelayWire

// What arrives on the server port.
extension RelayEngine {
    mutating func fromServerPort(
        _ datagram: DatagramBytes,
        isData: Bool,
        user: Int,
        _ arrival: Arrival
    ) -> Verdict {
        let session = users[user].session
        let host = endpoint(ofHostIn: session)
        let receiver = isData ? findReceiver(datagram, sender: user, session: session, arrival.stamp) : nil
        let isHost = sessions[session].host == UInt32(truncatingIfNeeded: user &+ 1)
        // What is one too many, or cannot be delivered, refreshes nothing.
        let excess =
            isHost
            ? excessOfHost(datagram.length, session: session, arrival.stamp)
            : excessOnServerPort(datagram.length, user: user, session: session, arrival.stamp)
        var undeliverable = excess
        if excess == nil, case .nobody(let reason) = receiver { undeliverable = reason }
        let silence = arrival.stamp.age(since: host.pointee.lastHeard)
        let wasHeard = isHost && host.pointee.isBound
        if host.pointee.isAt(arrival.source), isHost, sessions[session].pair == arrival.pair {
            if let undeliverable {
                // It did arrive.
                if !isData { sessionRecords[session].link.notePing(arrival.stamp) }
                return drop(undeliverable, user: user, arrival.stamp)
            }
            refresh(host, arrival)
        } else if let verdict = admitToServerPort(
            datagram,
            receiver,
            excess,
            undeliverable,
            user: user,
            session: session,
            arrival
        ) {
            return verdict
        }
        if silence >= LinkRecord.shortestGap, wasHeard {
            noteGap(ofHostIn: session, silence, arrival.stamp)
        }
        touch(session: session, arrival.stamp)
        chargeHost(datagram.length, session: session, arrival.stamp)
        let releasesHeld = releasingHeld != 0 || releasingSession != 0
        guard case .client(let client) = receiver else {
            sessionRecords[session].link.notePing(arrival.stamp)
            return answer(datagram, .valid, releasesHeld: releasesHeld)
        }
        var verdict = forward(datagram, toClient: client)
        verdict.releasesHeld = releasesHeld
        return verdict
    }

    /// Whom a host's DATA is for.
    enum Receiver {
        /// The user's slot.
        case client(Int)
        case nobody(DropReason)
    }

    /// The client whose connection id a host's DATA names.
    @inline(__always)
    mutating func findReceiver(_ datagram: DatagramBytes, sender: Int, session: Int, _ now: Stamp) -> Receiver {
        let id = datagram.connectionID
        let user = findConnection(id, session: session, from: sender)
        guard user >= 0 else {
            return .nobody(wasGivenOut(id, session: session) ? .retiredConnectionID : .unknownConnectionID)
        }
        let client = endpoint(ofUser: user)
        guard client.pointee.isBound, now.age(since: client.pointee.lastHeard) < settings.userTimeout else {
            return .nobody(.noAddress)
        }
        return .client(user)
    }

    /// Sends a host's DATA on.
    @inline(__always)
    mutating func forward(_ datagram: DatagramBytes, toClient client: Int) -> Verdict {
        let offset = datagram.rewriteForClient()
        let length = datagram.length &- offset
        counters.add(1, to: .toClientDatagrams)
        counters.add(UInt64(truncatingIfNeeded: length), to: .toClientBytes)
        meters[client].datagramsTo &+= 1
        meters[client].bytesTo &+= UInt64(truncatingIfNeeded: length)
        return .forward(offset, length, to: endpoint(ofUser: client))
    }

    private mutating func wasGivenOut(_ id: Int32, session: Int) -> Bool {
        id > 0 && id <= sessionBooks[session].highestUserID
            || id >= Rule.firstRejoinID && id < sessionBooks[session].nextRejoinID
    }

    /// Decides on a source that is not the host's endpoint; nil where it is the endpoint now.
    private mutating func admitToServerPort(
        _ datagram: DatagramBytes,
        _ receiver: Receiver?,
        _ excess: DropReason?,
        _ undeliverable: DropReason?,
        user: Int,
        session: Int,
        _ arrival: Arrival
    ) -> Verdict? {
        if let reason = checkStranger(user: user, session: session, arrival) {
            return drop(reason, user: user, arrival.stamp)
        }
        let hosting = sessions[session].host
        if hosting == UInt32(user + 1) {
            let isData = receiver != nil
            return admitHost(datagram, isData: isData, excess, undeliverable, user: user, session: session, arrival)
        }
        // Only a PING claims the role: a client pointed at the wrong port sends DATA.
        if receiver != nil { return drop(hosting == 0 ? .wrongPort : .notHost, user: user, arrival.stamp) }
        if let excess { return drop(excess, user: user, arrival.stamp) }
        if hosting != 0, !isHostSilent(session: session, arrival.stamp) {
            touch(session: session, arrival.stamp)
            charge(datagram.length, user: user, session: session, arrival.stamp)
            return answer(datagram, .checking)
        }
        claimHost(user: user, session: session, arrival)
        return nil
    }

    private mutating func admitHost(
        _ datagram: DatagramBytes,
        isData: Bool,
        _ excess: DropReason?,
        _ undeliverable: DropReason?,
        user: Int,
        session: Int,
        _ arrival: Arrival
    ) -> Verdict? {
        let roaming = sessionRoaming + session
        dropExpired(roaming, arrival.stamp)
        let wasBound = endpoint(ofHostIn: session).pointee.isBound
        var stranger = Stranger(isHost: true, user: user, session: session)
        stranger.excess = excess
        stranger.undeliverable = undeliverable
        switch admit(stranger, arrival) {
        case .refused(let reason):
            return refuse(reason, datagram, isData: isData, stranger, arrival.stamp)
        case .unconfirmed:
            chargeHost(datagram.length, session: session, arrival.stamp)
            guard isData else { return answer(datagram, .checking) }
            return holdCandidate(datagram, .hostCandidate, user: user, session: session, roaming, arrival.stamp)
        case .bound(let wasCandidate), .moved(_, let wasCandidate):
            if wasBound { sessionRecords[session].link.noteMove() }
            settleCandidate(roaming, releases: wasCandidate && !isData)
            sessionBooks[session].isHostHeard = true
            if !wasBound { releaseEarlyJoiners(session: session) }
            return nil
        }
    }

    /// Who asked for the former host's endpoint has no claim on the next one's.
    mutating func forgetHostMoves(session: Int) {
        settleCandidate(sessionRoaming + session, releases: false)
        dropHistory(sessionRoaming + session)
        (sessionRoaming + session).update(repeating: .blank, count: 1)
    }

    /// Makes a user the host, at the place its PING came from.
    private mutating func claimHost(user: Int, session: Int, _ arrival: Arrival) {
        forgetHostMoves(session: session)
        let host = endpoint(ofHostIn: session)
        // A process killed in between must not leave the new host with the old one's address.
        unbind(host)
        settleHostAccount(session: session)
        sessions[session].host = UInt32(user + 1)
        bind(host, to: arrival.source)
        refresh(host, arrival)
        sessionBooks[session].isHostHeard = true
        releaseEarlyJoiners(session: session)
        counters.add(1, to: .hostClaims)
        events.append(
            .hostClaimed(
                sessionToken: sessions[session].token,
                userToken: Credentials(rawValue: users[user].credentials).userToken
            )
        )
    }
}
