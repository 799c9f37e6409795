import RelayWire

// What a source has used up.
extension GuessLedger {
    /// Whether the source has used up its guesses: hardly anything of it is looked up, and nothing is answered.
    func isExhausted(_ source: PeerEndpoint, now: UInt64) -> Bool {
        guard let cell = sources.find(sourceKey(source)) else { return false }
        return cell.guesses(now) >= budgets.guessesPerMinute
    }

    /// Whether something of a source past its budget may still be looked up in the running second.
    func mayLookUp(_ source: PeerEndpoint, now: UInt64) -> Bool {
        guard let cell = sources.find(sourceKey(source)) else { return true }
        return cell.guessesThisSecond(now) < budgets.lookupsPastBudget
    }

    /// Counts a pair that did not get through as a guess; false where the source has sent it before, and so guesses nothing.
    func recordGuess(_ source: PeerEndpoint, _ credentials: Credentials, now: UInt64) -> Bool {
        let cell = sources.findOrClaim(sourceKey(source), now)
        guard cell.notePair(hash(credentials.rawValue)) else { return false }
        cell.countGuess(now)
        return true
    }

    /// Whether an endpoint may be answered now: once a second, and so many in all. Takes the answer from both.
    /// - Parameter endpoint: its keyed hash.
    func takeAnswer(_ source: PeerEndpoint, endpoint: UInt64, now: UInt64) -> Bool {
        guard budgets.answers else { return false }
        let cell = sources.findOrClaim(sourceKey(source), now)
        guard let place = cell.placeForAnswer(endpoint, now), budgets.takeAnswer(now: now) else { return false }
        cell.noteAnswer(endpoint, now, in: place)
        return true
    }
}
