import RelayWire

// Who is bound where. Binding and unbinding go through here, since the ledger that all workers share is told of both.
extension RelayEngine {
    /// Makes a source the one that is bound at a user's or a host's place.
    mutating func bind(_ endpoint: UnsafeMutablePointer<BoundEndpoint>, to source: PeerEndpoint) {
        if endpoint.pointee.isBound { ledger.endpoints.remove(endpointKey(endpoint.pointee.peer)) }
        endpoint.pointee.bind(source)
        ledger.endpoints.add(endpointKey(source))
    }

    /// Forgets who is bound.
    mutating func unbind(_ endpoint: UnsafeMutablePointer<BoundEndpoint>) {
        guard endpoint.pointee.isBound else { return }
        ledger.endpoints.remove(endpointKey(endpoint.pointee.peer))
        endpoint.pointee.unbind()
    }

    /// Unbinds a user that departs, and remembers where it was, on either port. Its client's endpoint stays in its line, for
    /// the farewell.
    mutating func leave(_ user: Int, _ now: Stamp) {
        let client = endpoint(ofUser: user)
        // Whoever was silent for the user timeout was not bound any more, whether the sweep has come by or not.
        if now.age(since: client.pointee.lastHeard) >= settings.userTimeout {
            noteUse(by: user)
            return unbind(client)
        }
        guard client.pointee.isBound else { return }
        ledger.noteUse(client.pointee.peer, credentials(of: user), at: time(now))
        ledger.endpoints.remove(endpointKey(client.pointee.peer))
    }

    /// Unbinds the host of a session that departs or is replaced, and remembers where it was.
    mutating func unbindHost(of session: Int, _ now: Stamp) {
        let host = endpoint(ofHostIn: session)
        if host.pointee.isBound, sessions[session].host != 0 {
            ledger.noteUse(host.pointee.peer, credentials(of: Int(sessions[session].host) - 1), at: time(now))
        }
        unbind(host)
    }

    /// Remembers where a user, and who hosts, is bound: a datagram from elsewhere may move it.
    mutating func noteUse(before arrival: Arrival, user: Int, session: Int) {
        let client = endpoint(ofUser: user)
        let host = endpoint(ofHostIn: session)
        switch arrival.role {
        case .client:
            if !client.pointee.peer.sharesSource(with: arrival.source) { noteUse(by: user, from: client) }
        case .server:
            guard sessions[session].host != 0 else { return }
            let hosting = Int(sessions[session].host) - 1
            if hosting != user || !host.pointee.peer.sharesSource(with: arrival.source) {
                noteUse(by: hosting, from: host)
            }
        }
    }

    /// Remembers where a user was bound on the client port.
    mutating func noteUse(by user: Int) { noteUse(by: user, from: endpoint(ofUser: user)) }

    private mutating func noteUse(by user: Int, from endpoint: UnsafeMutablePointer<BoundEndpoint>) {
        guard endpoint.pointee.isBound else { return }
        ledger.noteUse(endpoint.pointee.peer, credentials(of: user), at: time(endpoint.pointee.lastHeard))
    }

    /// Whether the API named the source's prefix for the user, or the user was bound there within ten minutes.
    mutating func isFamiliar(_ source: PeerEndpoint, user: Int, session: Int, _ arrival: Arrival) -> Bool {
        let named = userRoaming[user].named
        if named != 0, named == (users[user].isPinned ? addressKey(source.address) : ledger.sourceKey(source)) {
            return true
        }
        if isBound(endpoint(ofUser: user), within: source, arrival.stamp) { return true }
        if sessions[session].host == UInt32(truncatingIfNeeded: user + 1),
            isBound(endpoint(ofHostIn: session), within: source, arrival.stamp)
        {
            return true
        }
        return ledger.wasUsed(
            source,
            credentials(of: user),
            within: UInt64(Rule.familiarLifetime),
            now: arrival.now
        )
    }

    private mutating func isBound(
        _ endpoint: UnsafeMutablePointer<BoundEndpoint>,
        within source: PeerEndpoint,
        _ now: Stamp
    ) -> Bool {
        endpoint.pointee.isBound && endpoint.pointee.peer.sharesSource(with: source)
            && now.age(since: endpoint.pointee.lastHeard) < Rule.familiarLifetime
    }

    /// Notes the address that the API named for a user.
    mutating func setNamed(_ plan: UserPlan, _ user: Int) {
        users[user].isPinned = plan.pinnedAddress != nil
        if let pinned = plan.pinnedAddress {
            userRoaming[user].named = addressKey(pinned)
        } else {
            userRoaming[user].named = plan.namedAddress.map { ledger.sourceKey(PeerEndpoint($0, port: 0)) } ?? 0
        }
    }

    mutating func credentials(of user: Int) -> Credentials { Credentials(rawValue: users[user].credentials) }

    /// A stamp of the last or the next 24 days in milliseconds of the whole clock.
    private mutating func time(_ stamp: Stamp) -> UInt64 {
        let distance = Int32(bitPattern: stamp.milliseconds &- UInt32(truncatingIfNeeded: clock))
        return UInt64(max(Int64(clock) + Int64(distance), 0))
    }
}
