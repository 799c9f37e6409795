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
            if isData, silence >= Rule.helloSilence {
                noteHello(datagram, user: user, session: session, arrival.stamp)
            }
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
        noteCookie(datagram, user: user)
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
        var stranger = Stranger(isHost: false, user: user, session: session)
        stranger.excess = excess
        stranger.undeliverable = undeliverable
        describe(&stranger, datagram, isData: isData, arrival)
        switch admit(stranger, arrival) {
        case .refused(let reason):
            return refuse(reason, datagram, isData: isData, stranger, arrival.stamp)
        case .unconfirmed:
            users[user].isRoaming = true
            charge(datagram.length, user: user, session: session, arrival.stamp)
            guard isData else { return answer(datagram, .checking) }
            return holdCandidate(datagram, .clientCandidate, user: user, session: session, roaming, arrival.stamp)
        case .bound(let wasCandidate):
            settleCandidate(roaming, releases: wasCandidate && !isData)
            if stranger.needsID { giveRejoinID(user: user, session: session, arrival.stamp) }
        case .moved(let old, let wasCandidate):
            users[user].isRoaming = true
            userRecords[user].link.noteMove()
            settleCandidate(roaming, releases: wasCandidate && !isData)
            guard stranger.needsID else { break }
            giveRejoinID(user: user, session: session, arrival.stamp)
            if old.sharesSource(with: arrival.source) { retire(old, user: user, arrival.stamp) }
        }
        return nil
    }

    /// Drops the DATA of an endpoint that may not bind. Its PING is answered Checking: its tokens are right, and a transport
    /// that waits for another answer goes on asking.
    mutating func refuse(
        _ reason: DropReason,
        _ datagram: DatagramBytes,
        isData: Bool,
        _ stranger: Stranger,
        _ now: Stamp
    ) -> Verdict {
        if isData { return drop(reason, user: stranger.user, now) }
        if let excess = stranger.undeliverable { return drop(excess, user: stranger.user, now) }
        if stranger.isHost {
            chargeHost(datagram.length, session: stranger.session, now)
        } else {
            charge(datagram.length, user: stranger.user, session: stranger.session, now)
        }
        return answer(datagram, .checking)
    }

    /// The state a client's PING is answered with.
    private mutating func clientState(session: Int, _ now: Stamp) -> RelayState {
        guard sessions[session].host != 0 else { return .valid }
        // LiteNetLib's transport ends itself on this: not before another user may take the role.
        let silence = now.age(since: sessions[session].endpoint.lastHeard)
        guard silence >= settings.hostTimeout &+ Rule.sessionTimeoutGrace else { return .valid }
        return sessionBooks[session].isHostHeard ? .sessionTimeout : .valid
    }

    /// Whether somebody hosted here and is silent for the host timeout.
    mutating func isHostSilent(session: Int, _ now: Stamp) -> Bool {
        sessions[session].host != 0 && now.age(since: sessions[session].endpoint.lastHeard) >= settings.hostTimeout
    }
}
