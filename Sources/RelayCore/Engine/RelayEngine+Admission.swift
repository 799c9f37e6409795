// The roaming rule: when a valid datagram from elsewhere moves a user or a host. The same for both.
extension RelayEngine {
    enum Admission {
        /// Nobody was bound, or was forgotten; now the source is.
        case bound(wasCandidate: Bool)
        /// The source took over from the old endpoint.
        case moved(from: PeerEndpoint, wasCandidate: Bool)
        /// The source has to show more before it takes over.
        case unconfirmed
        case refused(DropReason)
    }

    /// - Parameters:
    ///   - isHello: taking over would also take a new connection id.
    ///   - excess: why the datagram is one too many: then it does not even ask to take over.
    ///   - undeliverable: why the datagram is dropped even from an endpoint that may bind: then it binds nothing.
    mutating func admit(
        _ arrival: Arrival,
        to endpoint: UnsafeMutablePointer<BoundEndpoint>,
        roaming: UnsafeMutablePointer<Roaming>,
        session: Int,
        isHello: Bool,
        excess: DropReason?,
        undeliverable: DropReason?
    ) -> Admission {
        let now = arrival.stamp
        let key = endpointKey(arrival.source)
        let silence = now.age(since: endpoint.pointee.lastHeard)
        if roaming.pointee.retired == key, now.age(since: roaming.pointee.retiredAt) < Rule.retiredEndpointLifetime {
            return .refused(.retiredEndpoint)
        }
        let wasCandidate = roaming.pointee.candidate == key
        guard endpoint.pointee.isBound, silence < settings.userTimeout, !endpoint.pointee.isAt(arrival.source) else {
            if let undeliverable { return .refused(undeliverable) }
            roaming.pointee.candidate = 0
            endpoint.pointee.bind(arrival.source)
            refresh(endpoint, arrival)
            return .bound(wasCandidate: wasCandidate)
        }
        if let reason = refusal(roaming, key: key, silence: silence, session: session, isHello: isHello, now) {
            return .refused(reason)
        }
        if !endpoint.pointee.peer.sharesSource(with: arrival.source) {
            switch settings.roaming {
            case .strict: return .refused(.roamingForbidden)
            case .open: break
            case .normal:
                if silence >= Rule.roamingSilence { break }
                if let excess { return .refused(excess) }
                guard confirms(roaming, key: key, silence: silence, now) else { return .unconfirmed }
            }
        }
        if let undeliverable { return .refused(undeliverable) }
        let old = endpoint.pointee.peer
        recordMove(roaming, from: old, now)
        roaming.pointee.candidate = 0
        endpoint.pointee.bind(arrival.source)
        refresh(endpoint, arrival)
        return .moved(from: old, wasCandidate: wasCandidate)
    }

    /// Why a live endpoint keeps its place whatever the source shows.
    private mutating func refusal(
        _ roaming: UnsafeMutablePointer<Roaming>,
        key: UInt64,
        silence: UInt32,
        session: Int,
        isHello: Bool,
        _ now: Stamp
    ) -> DropReason? {
        if silence < Rule.frozenWithin, isFlooded(session: session, now) { return .rebindFrozen }
        if silence < Rule.aliveWithin, roaming.pointee.moveCount >= Rule.movesPerWindow,
            now.age(since: roaming.pointee.movesSince) < Rule.conflictWindow, key != roaming.pointee.elder
        {
            return .endpointConflict
        }
        if isHello, roaming.pointee.hasRejoined, now.age(since: roaming.pointee.rejoinedAt) < Rule.rejoinInterval {
            return .rejoinTooSoon
        }
        return nil
    }

    /// Counts a datagram of a candidate on another IP; true when it has shown enough.
    private mutating func confirms(
        _ roaming: UnsafeMutablePointer<Roaming>,
        key: UInt64,
        silence: UInt32,
        _ now: Stamp
    ) -> Bool {
        // Another candidate's datagram is not this one's to send.
        if roaming.pointee.candidate != key { settleCandidate(roaming, releases: false) }
        if roaming.pointee.candidate != key || now.age(since: roaming.pointee.candidateSince) >= Rule.roamingWindow {
            roaming.pointee.candidate = key
            roaming.pointee.candidateSince = now
            roaming.pointee.candidateCount = 0
        }
        if roaming.pointee.candidateCount < .max { roaming.pointee.candidateCount += 1 }
        return roaming.pointee.candidateCount >= Rule.roamingConfirmations && silence >= Rule.roamingQuiet
    }

    private mutating func recordMove(_ roaming: UnsafeMutablePointer<Roaming>, from old: PeerEndpoint, _ now: Stamp) {
        counters.add(1, to: .endpointMoves)
        if roaming.pointee.moveCount == 0 || now.age(since: roaming.pointee.movesSince) >= Rule.conflictWindow {
            roaming.pointee.moveCount = 0
            roaming.pointee.movesSince = now
            roaming.pointee.elder = endpointKey(old)
        }
        if roaming.pointee.moveCount < .max { roaming.pointee.moveCount += 1 }
    }

    /// Whether the session got so many wrong user tokens within this second that live users must not be moved.
    private mutating func isFlooded(session: Int, _ now: Stamp) -> Bool {
        sessionBooks[session].wrongCount > settings.wrongUsersPerSecond
            && now.age(since: sessionBooks[session].wrongSince) < 1_000
    }

    /// Counts a guess at one of the session's users.
    mutating func countWrongUser(session: Int, _ now: Stamp) {
        let book = sessionBooks + session
        // A session's first wrong user finds no stamp to go by.
        if book.pointee.wrongCount == 0 || now.age(since: book.pointee.wrongSince) >= 1_000 {
            book.pointee.wrongSince = now
            book.pointee.wrongCount = 0
        }
        book.pointee.wrongCount &+= 1
    }
}
