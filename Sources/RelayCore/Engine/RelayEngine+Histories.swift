import RelayWire

// What is remembered of who was where: addresses that may take their place back, and endpoints that a rejoin replaced.
extension RelayEngine {
    /// The former place of the source's address, or -1 where it has none.
    mutating func formerPlace(_ roaming: UnsafeMutablePointer<Roaming>, _ arrival: Arrival) -> Int {
        let slot = Int(roaming.pointee.history) - 1
        return slot < 0 ? -1 : histories[slot].find(prefixKey(arrival.source), arrival.stamp)
    }

    mutating func isRetired(_ roaming: UnsafeMutablePointer<Roaming>, _ key: UInt64, _ now: Stamp) -> Bool {
        let slot = Int(roaming.pointee.history) - 1
        return slot >= 0 && histories[slot].isRetired(key, now)
    }

    /// Ignores an endpoint that a rejoin replaced.
    mutating func retire(_ old: PeerEndpoint, user: Int, _ now: Stamp) {
        history(userRoaming + user, owner: UInt32(user + 1)).retire(endpointKey(old), now)
    }

    /// Remembers an address that another one replaces; but not where that one only comes back to its own: else a thief who lets
    /// go would come back in its turn.
    mutating func remember(
        _ old: PeerEndpoint,
        _ stranger: Stranger,
        _ roaming: UnsafeMutablePointer<Roaming>,
        _ arrival: Arrival
    ) {
        guard formerPlace(roaming, arrival) < 0 else { return }
        let id = stranger.isHost ? 0 : users[stranger.user].connectionID
        history(roaming, owner: owner(stranger)).push(prefixKey(old), connectionID: id, arrival.stamp)
    }

    /// A source is bound again that was before: its endpoint is retired no more, and who came after it is forgotten. With its
    /// place it gets the connection id that it had there, but for a fresh connection.
    mutating func comeBack(
        _ stranger: Stranger,
        _ roaming: UnsafeMutablePointer<Roaming>,
        _ key: UInt64,
        _ arrival: Arrival
    ) {
        let history = histories[Int(roaming.pointee.history) - 1]
        history.unretire(key)
        let place = formerPlace(roaming, arrival)
        guard place >= 0 else { return }
        let id = history.connectionID(at: place)
        history.truncate(to: place)
        guard !stranger.isHost, !stranger.isFresh, id > 0, id != users[stranger.user].connectionID,
            findConnection(id, session: stranger.session) < 0
        else { return }
        give(id, to: stranger.user)
        users[stranger.user].isUsedUp = true
    }

    /// Changes a user's connection id, and lets that be written down.
    mutating func give(_ id: Int32, to user: Int) {
        removeConnection(user)
        users[user].connectionID = id
        insertConnection(user)
        tellConnectionID(ofUser: user)
    }

    /// Lets the control plane write down under which connection id the host knows a user.
    mutating func tellConnectionID(ofUser user: Int) {
        let credentials = Credentials(rawValue: users[user].credentials)
        events.append(
            .connectionIDGiven(
                sessionToken: credentials.sessionToken,
                userToken: credentials.userToken,
                connectionID: users[user].connectionID
            )
        )
    }

    /// Gives a history back.
    mutating func dropHistory(_ roaming: UnsafeMutablePointer<Roaming>) {
        guard roaming.pointee.history != 0 else { return }
        histories[Int(roaming.pointee.history) - 1].owner = 0
        roaming.pointee.history = 0
    }

    /// Lets go of what is over.
    mutating func sweepHistory(_ roaming: UnsafeMutablePointer<Roaming>, _ now: Stamp) {
        guard roaming.pointee.history != 0 else { return }
        if histories[Int(roaming.pointee.history) - 1].age(now) { dropHistory(roaming) }
    }

    /// Takes over what another process remembered of a user or a host.
    mutating func adoptHistory(
        _ former: FormerTables,
        _ formerOwner: UInt32,
        into roaming: UnsafeMutablePointer<Roaming>,
        owner: UInt32
    ) {
        let link = roaming.pointee.history
        roaming.pointee.history = 0
        guard let memory = MoveHistoryPool.read(former.histories, link: link, owner: formerOwner) else { return }
        history(roaming, owner: owner).copy(memory, owner: owner)
    }

    private mutating func history(_ roaming: UnsafeMutablePointer<Roaming>, owner: UInt32) -> MoveHistory {
        if roaming.pointee.history == 0 {
            let (slot, evicted) = histories.take(owner: owner)
            let index = Int(evicted & ~MoveHistoryPool.isHost) - 1
            if evicted != 0 {
                let loser = evicted & MoveHistoryPool.isHost != 0 ? sessionRoaming + index : userRoaming + index
                loser.pointee.history = 0
            }
            roaming.pointee.history = UInt32(slot + 1)
        }
        return histories[Int(roaming.pointee.history) - 1]
    }

    private mutating func owner(_ stranger: Stranger) -> UInt32 {
        stranger.isHost ? UInt32(stranger.session + 1) | MoveHistoryPool.isHost : UInt32(stranger.user + 1)
    }
}
