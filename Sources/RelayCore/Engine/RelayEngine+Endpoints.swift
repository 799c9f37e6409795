// Who is bound where on the client port. At an endpoint there is one user of a session: where a NAT's mapping passes to another
// player, or a player comes back with a new token, what the host sends to the former one must not reach the new one.
extension RelayEngine {
    /// The slot of the session's user who is bound there, or -1.
    private mutating func findUser(at peer: PeerEndpoint, session: Int) -> Int {
        let users = users
        return endpointIndex.find(Self.placeHash(hash, peer, session: session)) {
            users[$0].session == session && users[$0].endpoint.isAt(peer)
        }
    }

    /// Binds a user to an endpoint on the client port, and unbinds whoever of the session was there.
    mutating func bindClient(_ user: Int, to peer: PeerEndpoint, _ now: Stamp) {
        let session = users[user].session
        let other = findUser(at: peer, session: session)
        if other == user { return }
        if other >= 0 {
            unbindClient(other)
            // As after the user timeout: nobody knows where this one is.
            users[other].endpoint.lastHeard = Stamp(milliseconds: now.milliseconds &- settings.userTimeout)
        }
        unbindClient(user)
        bind(endpoint(ofUser: user), to: peer)
        listEndpoint(ofUser: user)
    }

    /// Forgets where a user is bound on the client port; the ledger remembers.
    mutating func unbindClient(_ user: Int) {
        unlistEndpoint(ofUser: user)
        noteUse(by: user)
        unbind(endpoint(ofUser: user))
    }

    /// Lets a bound user be found by its endpoint.
    mutating func listEndpoint(ofUser user: Int) {
        let (users, hash) = (users, hash)
        endpointIndex.insert(Self.placeHash(hash, users[user]), user) { Self.placeHash(hash, users[$0]) }
    }

    /// The endpoint stays in the user's line, and leads to the user no more. Nothing where nobody is bound.
    mutating func unlistEndpoint(ofUser user: Int) {
        guard users[user].endpoint.isBound else { return }
        let (users, hash) = (users, hash)
        endpointIndex.remove(Self.placeHash(hash, users[user]), user) { Self.placeHash(hash, users[$0]) }
    }

    /// Lists a user whose line another process wrote. Where two stand at one endpoint, the one heard last stays.
    mutating func adoptEndpoint(ofUser user: Int, _ now: Stamp) {
        let line = users[user]
        guard line.endpoint.isBound else { return }
        let other = findUser(at: line.endpoint.peer, session: line.session)
        if other >= 0 {
            let otherAge = now.age(since: users[other].endpoint.lastHeard)
            if otherAge <= now.age(since: line.endpoint.lastHeard) {
                return endpoint(ofUser: user).pointee.unbind()
            }
            unbindClient(other)
        }
        ledger.endpoints.add(endpointKey(line.endpoint.peer))
        listEndpoint(ofUser: user)
    }

    mutating func settleEndpointIndex() {
        let (users, hash) = (users, hash)
        endpointIndex.settle { Self.placeHash(hash, users[$0]) }
    }

    private static func placeHash(_ hash: KeyedHash, _ line: UserLine) -> UInt64 {
        placeHash(hash, line.endpoint.peer, session: line.session)
    }

    private static func placeHash(_ hash: KeyedHash, _ peer: PeerEndpoint, session: Int) -> UInt64 {
        hash(endpointKey(hash, peer), UInt64(session))
    }
}
