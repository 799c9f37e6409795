import RelayWire

// What arrives on the client port.
extension RelayEngine {
    mutating func fromClient(_ datagram: DatagramBytes, isData: Bool, user: Int, _ arrival: Arrival) -> Verdict {
        let session = users[user].session
        let endpoint = endpoint(ofUser: user)
        // Nothing is bound or refreshed by a datagram that is one too many, or cannot even wait.
        let excess = excess(datagram.length, user: user, session: session, arrival.stamp)
        let undeliverable =
            excess == nil && isData && lacksRoom(user: user, session: session, arrival.stamp)
            ? DropReason.heldOverflow : excess
        let wasHeard = endpoint.pointee.lastHeard != .zero
        let silence = arrival.stamp.age(since: endpoint.pointee.lastHeard)
        if endpoint.pointee.isAt(arrival.source), sessions[session].pair == arrival.pair, silence < settings.userTimeout
        {
            if let undeliverable {
                // It did arrive.
                if !isData { userRecords[user].link.notePing(arrival.stamp) }
                return drop(undeliverable, user: user, arrival.stamp)
            }
            refresh(endpoint, arrival)
        } else if let verdict = admitClient(
            datagram,
            isData: isData,
            user: user,
            session: session,
            excess,
            undeliverable,
            arrival
        ) {
            return verdict
        }
        if silence >= LinkRecord.shortestGap, wasHeard { noteGap(ofUser: user, silence, arrival.stamp) }
        touch(session: session, arrival.stamp)
        charge(datagram.length, user: user, session: session, arrival.stamp)
        if isData {
            return routeToHost(datagram, user: user, session: session, receivedAt: arrival.stamp, arrival.stamp)
        }
        userRecords[user].link.notePing(arrival.stamp)
        return answer(datagram, clientState(session: session, arrival.stamp), releasesHeld: releasingHeld != 0)
    }

    /// Sends a client's DATA on to the host, or holds it while no host endpoint is known.
    @inline(__always)
    mutating func routeToHost(
        _ datagram: DatagramBytes,
        user: Int,
        session: Int,
        receivedAt: Stamp,
        _ now: Stamp
    ) -> Verdict {
        let host = endpoint(ofHostIn: session)
        guard host.pointee.isBound else {
            return holdForHost(datagram, user: user, session: session, receivedAt: receivedAt, now)
        }
        let offset = datagram.rewriteForHost(connectionID: users[user].connectionID)
        let length = datagram.length &- offset
        counters.add(1, to: .toHostDatagrams)
        counters.add(UInt64(truncatingIfNeeded: length), to: .toHostBytes)
        sessionMeters[session].hostDatagramsTo &+= 1
        sessionMeters[session].hostBytesTo &+= UInt64(truncatingIfNeeded: length)
        return .forward(offset, length, to: host)
    }

    /// Decides on a source that is not the user's endpoint; nil where it is the endpoint now.
    private mutating func admitClient(
        _ datagram: DatagramBytes,
        isData: Bool,
        user: Int,
        session: Int,
        _ excess: DropReason?,
        _ undeliverable: DropReason?,
        _ arrival: Arrival
    ) -> Verdict? {
        if let reason = checkStranger(user: user, session: session, arrival) {
            return drop(reason, user: user, arrival.stamp)
        }
        let roaming = userRoaming + user
        dropExpired(roaming, arrival.stamp)
        let isHello =
            settings.givesRejoinIDs && hasRejoinID(session: session)
            && (isData ? self.isHello(datagram) : holdsHello(roaming, arrival))
        switch admit(
            arrival,
            to: endpoint(ofUser: user),
            roaming: roaming,
            session: session,
            isHello: isHello,
            excess: excess,
            undeliverable: undeliverable
        )
        {
        case .refused(let reason):
            return drop(reason, user: user, arrival.stamp)
        case .unconfirmed:
            users[user].isRoaming = true
            charge(datagram.length, user: user, session: session, arrival.stamp)
            guard isData else { return answer(datagram, clientState(session: session, arrival.stamp)) }
            return holdCandidate(datagram, .clientCandidate, user: user, session: session, roaming, arrival.stamp)
        case .bound(let wasCandidate):
            settleCandidate(roaming, releases: wasCandidate && !isData)
        case .moved(let old, let wasCandidate):
            users[user].isRoaming = true
            userRecords[user].link.noteMove()
            settleCandidate(roaming, releases: wasCandidate && !isData)
            if isHello { giveRejoinID(user: user, session: session, replacing: old, arrival.stamp) }
        }
        return nil
    }

    /// The state a client's PING is answered with.
    private mutating func clientState(session: Int, _ now: Stamp) -> RelayState {
        isHostSilent(session: session, now) ? .sessionTimeout : .valid
    }

    /// Whether somebody hosted here and is silent for the host timeout.
    mutating func isHostSilent(session: Int, _ now: Stamp) -> Bool {
        sessions[session].host != 0 && now.age(since: sessions[session].endpoint.lastHeard) >= settings.hostTimeout
    }

    private mutating func isHello(_ datagram: DatagramBytes) -> Bool {
        KCPHello.matches(datagram.base + Wire.clientHeaderLength, length: datagram.length - Wire.clientHeaderLength)
    }

    /// Whether the source is the candidate whose held datagram is a hello: a PING that confirms it completes a rejoin.
    private mutating func holdsHello(_ roaming: UnsafeMutablePointer<Roaming>, _ arrival: Arrival) -> Bool {
        guard let slot = candidateSlot(roaming), roaming.pointee.candidate == endpointKey(arrival.source) else {
            return false
        }
        return isHello(DatagramBytes(base: held.bytes(of: slot), length: Int(held.slots[slot].length)))
    }

    private mutating func hasRejoinID(session: Int) -> Bool {
        sessionBooks[session].nextRejoinID < sessionBooks[session].endRejoinID
    }

    /// Gives the user a fresh connection id, since the host still has a connection under the old one.
    private mutating func giveRejoinID(user: Int, session: Int, replacing old: PeerEndpoint, _ now: Stamp) {
        removeConnection(user)
        users[user].connectionID = sessionBooks[session].nextRejoinID
        sessionBooks[session].nextRejoinID += 1
        insertConnection(user)
        userRoaming[user].retired = endpointKey(old)
        userRoaming[user].retiredAt = now
        userRoaming[user].rejoinedAt = now
        userRoaming[user].hasRejoined = true
        userRecords[user].link.noteRejoin()
        counters.add(1, to: .rejoins)
    }
}
