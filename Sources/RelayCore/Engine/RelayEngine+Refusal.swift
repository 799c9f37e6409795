import RelayWire

// Wrong tokens. Every kind of wrong gets the same work and the same answer; only counters tell them apart.
extension RelayEngine {
    /// - Parameter user: a departed user's slot, or -1 where nobody has these tokens.
    mutating func refuse(_ datagram: DatagramBytes, isData: Bool, user: Int, _ arrival: Arrival) -> Verdict {
        if isBadSource(arrival.source) { return drop(.badSource) }
        clock = arrival.now
        let session = findSession(datagram.credentials.sessionToken)
        if let place = farewell(to: user, arrival) {
            countRevoked(session: session)
            return bidFarewell(datagram, user: user, place, arrival)
        }
        // Nobody can tell yet whether these tokens are wrong.
        if user < 0, awaitsSessions { return drop(.notReady) }
        let isPastBudget = ledger.isExhausted(arrival.source, now: arrival.now)
        if isPastBudget, !ledger.mayLookUp(arrival.source, now: arrival.now) { return drop(.guessBudget) }
        countMiss(datagram.credentials, user: user, session: session, arrival)
        let key = endpointKey(arrival.source)
        // Who forges a player's endpoint must not have the relay end that player's game.
        guard !isPastBudget, !ledger.endpoints.mayContain(key),
            ledger.takeAnswer(arrival.source, endpoint: key, now: arrival.now)
        else { return .nothing }
        return answerInvalid(datagram)
    }

    /// Counts tokens that nobody has, under what they are, and as a guess unless they are known from this source.
    private mutating func countMiss(_ credentials: Credentials, user: Int, session: Int, _ arrival: Arrival) {
        let wasUsedHere = ledger.wasUsed(
            arrival.source,
            credentials,
            within: UInt64(Rule.usedPairLifetime),
            now: arrival.now
        )
        let isDeparted =
            user >= 0 && arrival.stamp.age(since: users[user].endpoint.lastHeard) < Rule.departedLifetime
        if wasUsedHere || isDeparted {
            countRevoked(session: session)
        } else {
            counters.countDrop(session >= 0 ? .unknownUser : .unknownSession)
            if session >= 0 { sessionRecords[session].unknownUsers &+= 1 }
            ledger.swapped.note(credentials, now: arrival.now)
        }
        if wasUsedHere { return }
        let isGuess = ledger.recordGuess(arrival.source, credentials, now: arrival.now)
        if isGuess, session >= 0 { countWrongUser(session: session, arrival.stamp) }
    }

    private mutating func countRevoked(session: Int) {
        counters.countDrop(.revoked)
        if session >= 0 { sessionRecords[session].revokedUsers &+= 1 }
    }

    private mutating func answerInvalid(_ datagram: DatagramBytes) -> Verdict {
        counters.add(1, to: .invalidReplies)
        datagram.rewriteAsReply(.invalid)
        return .reply()
    }

    /// Which endpoint of a user the source is, if it was bound there until the user was revoked or its session ended within 30
    /// seconds.
    private mutating func farewell(to user: Int, _ arrival: Arrival) -> PortRole? {
        guard user >= 0 else { return nil }
        let endpoint = endpoint(ofUser: user).pointee
        guard arrival.stamp.age(since: endpoint.lastHeard) < Rule.farewellLifetime else { return nil }
        if endpoint.isAt(arrival.source) { return .client }
        return userRoaming[user].hosted == endpointKey(arrival.source) ? .server : nil
    }

    /// Tells a departed user's endpoint so once a second: its own tokens prove that it was there, so no budget is asked.
    private mutating func bidFarewell(
        _ datagram: DatagramBytes,
        user: Int,
        _ place: PortRole,
        _ arrival: Arrival
    ) -> Verdict {
        guard ledger.budgets.answers, userRoaming[user].tell(place, arrival.stamp) else { return .nothing }
        return answerInvalid(datagram)
    }

    /// What a source past its budget may still do with right tokens: go on where it is known; nil where it may. Nothing that the
    /// source sees tells a right guess from a wrong one.
    mutating func refusalPastBudget(user: Int, session: Int, _ arrival: Arrival) -> DropReason? {
        guard ledger.isExhausted(arrival.source, now: arrival.now) else { return nil }
        guard ledger.mayLookUp(arrival.source, now: arrival.now) else { return .guessBudget }
        if isFamiliar(arrival.source, user: user, session: session, arrival) { return nil }
        _ = ledger.recordGuess(arrival.source, credentials(of: user), now: arrival.now)
        return .guessStranger
    }
}

extension Roaming {
    /// Whether a departed user's endpoint may be told so now, and if so notes it. A departed user has no candidate: in its place
    /// stand the moments at which the two endpoints were told, + 1.
    fileprivate mutating func tell(_ place: PortRole, _ now: Stamp) -> Bool {
        let shift: UInt64
        switch place {
        case .client: shift = 0
        case .server: shift = 32
        }
        let last = UInt32(truncatingIfNeeded: candidate >> shift)
        if last != 0, now.milliseconds &- (last &- 1) < Rule.farewellInterval { return false }
        // 0 is never: in the last millisecond before the clock begins anew it is taken for the one before.
        let mark = now.milliseconds == .max ? UInt32.max : now.milliseconds &+ 1
        candidate = candidate & ~(0xFFFF_FFFF << shift) | UInt64(mark) << shift
        return true
    }
}
