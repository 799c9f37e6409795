import RelayWire

// What arrives on the server port.
extension RelayEngine {
    mutating func fromServerPort(_ datagram: DatagramBytes, isData: Bool, user: Int, _ arrival: Arrival) -> Verdict {
        let session = users[user].session
        let host = endpoint(ofHostIn: session)
        if host.pointee.isAt(arrival.source), sessions[session].host == UInt32(truncatingIfNeeded: user &+ 1),
            sessionBooks[session].pair == arrival.pair
        {
            refresh(host, arrival)
        } else if let verdict = admitToServerPort(datagram, isData: isData, user: user, session: session, arrival) {
            return verdict
        }
        touch(session: session, arrival.stamp)
        let releasesHeld = releasingHeld != 0 || releasingSession != 0
        guard isData else { return answer(datagram, .valid, releasesHeld: releasesHeld) }
        var verdict = routeToClient(datagram, session: session, arrival.stamp)
        verdict.releasesHeld = releasesHeld
        return verdict
    }

    /// Sends a host's DATA on to the client whose connection id it names.
    @inline(__always)
    func routeToClient(_ datagram: DatagramBytes, session: Int, _ now: Stamp) -> Verdict {
        let id = datagram.connectionID
        let user = findConnection(id, session: session)
        guard user >= 0 else {
            return drop(wasGivenOut(id, session: session) ? .retiredConnectionID : .unknownConnectionID)
        }
        let client = endpoint(ofUser: user)
        guard client.pointee.isBound, now.age(since: client.pointee.lastHeard) < settings.userTimeout else {
            return drop(.noAddress)
        }
        let offset = datagram.rewriteForClient()
        let length = datagram.length &- offset
        counters.add(1, to: .toClientDatagrams)
        counters.add(UInt64(truncatingIfNeeded: length), to: .toClientBytes)
        return .forward(offset, length, to: client)
    }

    private func wasGivenOut(_ id: Int32, session: Int) -> Bool {
        id > 0 && id <= sessionBooks[session].highestUserID
            || id >= Rule.firstRejoinID && id < sessionBooks[session].nextRejoinID
    }

    /// Decides on a source that is not the host's endpoint; nil where it is the endpoint now.
    private mutating func admitToServerPort(
        _ datagram: DatagramBytes,
        isData: Bool,
        user: Int,
        session: Int,
        _ arrival: Arrival
    ) -> Verdict? {
        if let reason = checkStranger(user: user, session: session, arrival) { return drop(reason) }
        let hosting = sessions[session].host
        if hosting == UInt32(user + 1) {
            return admitHost(datagram, isData: isData, user: user, session: session, arrival)
        }
        // Only a PING claims the role: a client pointed at the wrong port sends DATA.
        if isData { return drop(hosting == 0 ? .wrongPort : .notHost) }
        if hosting != 0, !isHostSilent(session: session, arrival.stamp) { return answer(datagram, .checking) }
        claimHost(user: user, session: session, arrival)
        return nil
    }

    private mutating func admitHost(
        _ datagram: DatagramBytes,
        isData: Bool,
        user: Int,
        session: Int,
        _ arrival: Arrival
    ) -> Verdict? {
        let roaming = sessionRoaming + session
        let wasBound = endpoint(ofHostIn: session).pointee.isBound
        switch admit(
            arrival,
            to: endpoint(ofHostIn: session),
            roaming: roaming,
            session: session,
            isHello: false
        )
        {
        case .refused(let reason):
            return drop(reason)
        case .unconfirmed:
            guard isData else { return answer(datagram, .valid) }
            return holdCandidate(datagram, .hostCandidate, user: user, session: session, roaming, arrival.stamp)
        case .bound(let wasCandidate), .moved(_, let wasCandidate):
            settleCandidate(roaming, releases: wasCandidate && !isData)
            if !wasBound { releaseEarlyJoiners(session: session) }
            return nil
        }
    }

    /// Makes a user the host, at the place its PING came from.
    private mutating func claimHost(user: Int, session: Int, _ arrival: Arrival) {
        settleCandidate(sessionRoaming + session, releases: false)
        (sessionRoaming + session).update(repeating: .blank, count: 1)
        sessions[session].host = UInt32(user + 1)
        let host = endpoint(ofHostIn: session)
        host.pointee.peer = arrival.source
        refresh(host, arrival)
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
