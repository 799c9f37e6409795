import RelayWire

// The roaming rule: when a valid datagram from elsewhere moves a user or a host. The same for both.
extension RelayEngine {
    enum Admission {
        /// Nobody was bound, or was forgotten; now the source is.
        case bound(wasCandidate: Bool)
        /// The source took over from the old endpoint.
        case moved(from: PeerEndpoint, wasCandidate: Bool)
        /// The source has to wait, or to show more, before it takes over.
        case unconfirmed
        case refused(DropReason)
    }

    /// A datagram that does not come from the bound endpoint.
    struct Stranger {
        /// On the server port.
        var isHost: Bool
        var user: Int
        var session: Int
        /// Of a game connection that no host has answered.
        var isFresh = false
        /// A hello and nothing else.
        var isExactHello = false
        /// Taking over would also take a new connection id.
        var needsID = false
        /// Why it is one too many: then it does not even ask to take over.
        var excess: DropReason?
        /// Why it is dropped even from an endpoint that may bind: then it binds nothing.
        var undeliverable: DropReason?
    }

    mutating func admit(_ stranger: Stranger, _ arrival: Arrival) -> Admission {
        let now = arrival.stamp
        let endpoint = stranger.isHost ? endpoint(ofHostIn: stranger.session) : endpoint(ofUser: stranger.user)
        let roaming = roaming(of: stranger)
        let silence = now.age(since: endpoint.pointee.lastHeard)
        if !stranger.isExactHello, isRetired(roaming, endpointKey(arrival.source), now) {
            return .refused(.retiredEndpoint)
        }
        if stranger.needsID, !roaming.pointee.allowsRejoin(now) { return .refused(.rejoinTooSoon) }
        guard endpoint.pointee.isBound, silence < settings.userTimeout, !endpoint.pointee.isAt(arrival.source) else {
            if let undeliverable = stranger.undeliverable { return .refused(undeliverable) }
            return .bound(wasCandidate: take(endpoint, stranger, roaming, arrival))
        }
        let old = endpoint.pointee.peer
        let isSameSource = old.sharesSource(with: arrival.source)
        var takesBack = false
        switch judgeMove(stranger, roaming, silence: silence, isSameSource: isSameSource, arrival) {
        case .goes: break
        case .takesBack: takesBack = true
        case .waits: return .unconfirmed
        case .stays(let reason): return .refused(reason)
        }
        if let undeliverable = stranger.undeliverable { return .refused(undeliverable) }
        recordMove(roaming, now)
        if takesBack { recordConflict(stranger, roaming, now) }
        if !isSameSource, case .normal = settings.roaming { remember(old, stranger, roaming, arrival) }
        return .moved(from: old, wasCandidate: take(endpoint, stranger, roaming, arrival))
    }

    private enum Move {
        case goes
        case takesBack
        case waits
        case stays(DropReason)
    }

    /// Whether a source takes over from a living endpoint.
    private mutating func judgeMove(
        _ stranger: Stranger,
        _ roaming: UnsafeMutablePointer<Roaming>,
        silence: UInt32,
        isSameSource: Bool,
        _ arrival: Arrival
    ) -> Move {
        let now = arrival.stamp
        let isFrozen = silence < Rule.frozenWithin && isFlooded(session: stranger.session, now)
        if isSameSource { return isFrozen ? .stays(.rebindFrozen) : .goes }
        switch settings.roaming {
        case .strict: return .stays(.roamingForbidden)
        case .open: return isFrozen ? .stays(.rebindFrozen) : .goes
        case .normal: break
        }
        let isContested = roaming.pointee.isContested(now)
        if !isFrozen, silence >= (isContested ? Rule.contestedSilence : Rule.roamingSilence) { return .goes }
        if let excess = stranger.excess { return .stays(excess) }
        let place = formerPlace(roaming, arrival)
        if place >= 0 {
            // Its own place: neither a flood of wrong tokens nor a living thief keeps it from there.
            if histories[Int(roaming.pointee.history) - 1].counts(at: place, now) { return .takesBack }
        } else if isContested {
            return .stays(.endpointConflict)
        } else if isFrozen {
            return .stays(.rebindFrozen)
        }
        noteCandidate(roaming, endpointKey(arrival.source), now)
        return .waits
    }

    /// Binds the source.
    /// - Returns: whether it was the candidate, whose held datagram leaves now.
    private mutating func take(
        _ endpoint: UnsafeMutablePointer<BoundEndpoint>,
        _ stranger: Stranger,
        _ roaming: UnsafeMutablePointer<Roaming>,
        _ arrival: Arrival
    ) -> Bool {
        let key = endpointKey(arrival.source)
        let wasCandidate = roaming.pointee.candidate == key
        roaming.pointee.candidate = 0
        if roaming.pointee.history != 0 { comeBack(stranger, roaming, key, arrival) }
        if stranger.isHost {
            bind(endpoint, to: arrival.source)
        } else {
            bindClient(stranger.user, to: arrival.source, arrival.stamp)
        }
        refresh(endpoint, arrival)
        return wasCandidate
    }

    /// One source at a time asks for an endpoint: another candidate's datagram is not this one's to send.
    private mutating func noteCandidate(_ roaming: UnsafeMutablePointer<Roaming>, _ key: UInt64, _ now: Stamp) {
        if roaming.pointee.candidate != key { settleCandidate(roaming, releases: false) }
        roaming.pointee.candidate = key
        roaming.pointee.candidateSince = now
    }

    private mutating func recordMove(_ roaming: UnsafeMutablePointer<Roaming>, _ now: Stamp) {
        counters.add(1, to: .endpointMoves)
        if roaming.pointee.moveCount == 0 || now.age(since: roaming.pointee.movesSince) >= Rule.conflictWindow {
            roaming.pointee.moveCount = 0
            roaming.pointee.movesSince = now
        }
        if roaming.pointee.moveCount < .max { roaming.pointee.moveCount += 1 }
    }

    private mutating func recordConflict(
        _ stranger: Stranger,
        _ roaming: UnsafeMutablePointer<Roaming>,
        _ now: Stamp
    ) {
        guard roaming.pointee.noteConflict(now) else { return }
        let credentials = Credentials(rawValue: users[stranger.user].credentials)
        events.append(
            .endpointContested(sessionToken: credentials.sessionToken, userToken: credentials.userToken)
        )
    }

    mutating func roaming(of stranger: Stranger) -> UnsafeMutablePointer<Roaming> {
        stranger.isHost ? sessionRoaming + stranger.session : userRoaming + stranger.user
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
