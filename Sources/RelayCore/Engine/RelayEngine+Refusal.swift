import RelayWire

// Wrong tokens. Every kind of wrong gets the same work and the same answer; only counters tell them apart.
extension RelayEngine {
    /// - Parameter user: a departed user's slot, or -1 where nobody has these tokens.
    mutating func refuse(_ datagram: DatagramBytes, isData: Bool, user: Int, _ arrival: Arrival) -> Verdict {
        if isBadSource(arrival.source) { return drop(.badSource) }
        if ledger.isExhausted(arrival.source, now: arrival.now) { return drop(.guessBudget) }
        let credentials = datagram.credentials
        let session = findSession(credentials.sessionToken)
        let mayAnswer: Bool
        if user >= 0, arrival.stamp.age(since: users[user].endpoint.lastHeard) < Rule.departedLifetime {
            counters.countDrop(.revoked)
            if session >= 0 { sessionRecords[session].revokedUsers &+= 1 }
            mayAnswer = !isData || isFarewell(user: user, arrival)
        } else {
            counters.countDrop(session >= 0 ? .unknownUser : .unknownSession)
            if session >= 0 { sessionRecords[session].unknownUsers &+= 1 }
            ledger.swapped.note(credentials, now: arrival.now)
            let isGuess = ledger.recordGuess(arrival.source, credentials, now: arrival.now)
            if isGuess, session >= 0 { countWrongUser(session: session, arrival.stamp) }
            mayAnswer = !isData
        }
        guard mayAnswer, ledger.takeAnswer(arrival.source, now: arrival.now) else { return .nothing }
        counters.add(1, to: .invalidReplies)
        datagram.rewriteAsReply(.invalid)
        return .reply()
    }

    /// Whether the source is where a user was bound who was revoked or whose session ended within 30 seconds.
    private mutating func isFarewell(user: Int, _ arrival: Arrival) -> Bool {
        let endpoint = endpoint(ofUser: user).pointee
        guard arrival.stamp.age(since: endpoint.lastHeard) < Rule.farewellLifetime else { return false }
        return endpoint.isAt(arrival.source) || userRoaming[user].hosted == endpointKey(arrival.source)
    }
}
