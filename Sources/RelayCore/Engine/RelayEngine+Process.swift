public import RelayWire

extension RelayEngine {
    /// Judges one datagram and leaves what is to be sent in its buffer.
    ///
    /// - Parameters:
    ///   - datagram: the bytes received; of a datagram longer than `Wire.maximumLength` any number of them.
    ///   - isOversize: whether the datagram was longer than `Wire.maximumLength`.
    ///   - ahead: what `lookAhead` guessed for it.
    public mutating func process(
        _ datagram: DatagramBytes,
        isOversize: Bool,
        _ arrival: Arrival,
        _ ahead: LookAhead = .none
    ) -> Verdict {
        counters.add(1, to: .receivedDatagrams)
        counters.add(UInt64(truncatingIfNeeded: datagram.length), to: .receivedBytes)
        if isOversize { return drop(.oversize) }
        if datagram.length < Wire.clientHeaderLength { return drop(.tooShort) }
        let isData: Bool
        switch datagram.type {
        case MessageType.data:
            isData = true
            let header = arrival.role == .client ? Wire.clientHeaderLength : Wire.hostHeaderLength
            if datagram.length <= header { return drop(.badLength) }
        case MessageType.ping:
            isData = false
            if datagram.length != Wire.clientHeaderLength { return drop(.badLength) }
        default:
            return drop(.unknownType)
        }
        let user = findUser(datagram.credentials, ahead)
        if user < 0 || users[user].isDeparted { return refuse(datagram, isData: isData, user: user, arrival) }
        return arrival.role == .client
            ? fromClient(datagram, isData: isData, user: user, arrival)
            : fromServerPort(datagram, isData: isData, user: user, arrival)
    }

    @inline(__always)
    mutating func drop(_ reason: DropReason) -> Verdict {
        counters.countDrop(reason)
        return .nothing
    }

    /// Drops a datagram whose tokens are a user's.
    mutating func drop(_ reason: DropReason, user: Int, _ now: Stamp) -> Verdict {
        countDrop(reason, user: user, now)
        return .nothing
    }

    mutating func countDrop(_ reason: DropReason, user: Int, _ now: Stamp) {
        counters.countDrop(reason)
        userRecords[user].countDrop(reason, now)
    }

    /// Marks the session as alive, and tells once that it is used.
    @inline(__always)
    mutating func touch(session: Int, _ now: Stamp) {
        sessions[session].lastValid = now
        if !sessions[session].wasUsed { markUsed(session: session) }
    }

    private mutating func markUsed(session: Int) {
        sessions[session].wasUsed = true
        events.append(.sessionUsed(sessionToken: sessions[session].token))
    }

    /// Refreshes an endpoint that the source already is.
    @inline(__always)
    mutating func refresh(_ endpoint: UnsafeMutablePointer<BoundEndpoint>, _ arrival: Arrival) {
        endpoint.pointee.lastHeard = arrival.stamp
        if endpoint.pointee.local != arrival.local { endpoint.pointee.local = arrival.local }
    }

    /// The client endpoint in a user's line.
    @inline(__always)
    mutating func endpoint(ofUser user: Int) -> UnsafeMutablePointer<BoundEndpoint> {
        (UnsafeMutableRawPointer(users + user) + BoundEndpoint.offsetInLine)
            .assumingMemoryBound(to: BoundEndpoint.self)
    }

    /// The host's endpoint in a session's line.
    @inline(__always)
    mutating func endpoint(ofHostIn session: Int) -> UnsafeMutablePointer<BoundEndpoint> {
        (UnsafeMutableRawPointer(sessions + session) + BoundEndpoint.offsetInLine)
            .assumingMemoryBound(to: BoundEndpoint.self)
    }

    /// Answers a PING with valid tokens.
    @inline(__always)
    mutating func answer(_ datagram: DatagramBytes, _ state: RelayState, releasesHeld: Bool = false) -> Verdict {
        counters.add(1, to: .answeredPings)
        datagram.rewriteAsReply(state)
        return .reply(releasesHeld: releasesHeld)
    }

    /// Checks that come before everything else for a source that is no bound endpoint; nil where it may go on.
    mutating func checkStranger(user: Int, session: Int, _ arrival: Arrival) -> DropReason? {
        if isBadSource(arrival.source) { return .badSource }
        clock = arrival.now
        if let reason = refusalPastBudget(user: user, session: session, arrival) { return reason }
        noteUse(before: arrival, user: user, session: session)
        if sessions[session].pair != arrival.pair { return .wrongPort }
        if users[user].isPinned, userRoaming[user].named != addressKey(arrival.source.address) {
            return .addressPinned
        }
        return nil
    }

    /// Whether a datagram cannot have come from a player: nothing must ever be sent there.
    mutating func isBadSource(_ source: PeerEndpoint) -> Bool {
        let address = source.address
        if source.port == 0 || address.isUnspecified || address.isMulticast || address.isBroadcast { return true }
        guard settings.ownServerPorts.contains(source.port) || settings.ownClientPorts.contains(source.port) else {
            return false
        }
        return address.isLoopback || ownAddresses.contains(address)
    }
}
