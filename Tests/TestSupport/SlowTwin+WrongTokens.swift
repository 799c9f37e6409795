package import RelayCore

// Wrong tokens, and sources that cannot be players.
extension SlowTwin {
    func isBadSource(_ source: PeerEndpoint) -> Bool {
        let address = source.address
        let bytes = address.bytes
        if source.port == 0 || bytes.allSatisfy({ $0 == 0 }) { return true }
        if address.isIPv4 {
            if (224...239).contains(bytes[0]) || bytes == [255, 255, 255, 255] { return true }
        } else if bytes[0] == 0xFF {
            return true
        }
        let isLoopback = address.isIPv4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
        let isOwnPort = settings.ownServerPorts.contains(source.port) || settings.ownClientPorts.contains(source.port)
        return isOwnPort && (isLoopback || ownAddresses.contains(address))
    }

    private func isPastBudget(_ source: PeerEndpoint) -> Bool {
        (sources[source.twinSource]?.guesses.count(at: now) ?? 0) >= Int(guesses.guessesPerMinute)
    }

    private func mayLookUp(_ source: PeerEndpoint) -> Bool {
        (sources[source.twinSource]?.guessesThisSecond.count(at: now) ?? 0) < Int(guesses.lookupsPastBudget)
    }

    /// Why a datagram with right tokens, from where nobody is bound, is dropped since its source has guessed too much.
    mutating func refusalPastBudget(_ datagram: TwinDatagram, _ user: TwinUser) -> DropReason? {
        guard isPastBudget(datagram.source) else { return nil }
        guard mayLookUp(datagram.source) else { return .guessBudget }
        if let pinned = user.pinned {
            if pinned == datagram.source.address { return nil }
        } else if let named = user.named, PeerEndpoint(named, port: 0).twinSource == datagram.source.twinSource {
            return nil
        }
        if let last = uses[datagram.use], now - last < 600_000 { return nil }
        _ = countGuess(datagram)
        return .guessStranger
    }

    mutating func judgeWrongTokens(_ datagram: TwinDatagram) -> DropReason {
        if isBadSource(datagram.source) { return .badSource }
        let known = departed[datagram.pair]
        if let known, now - known.at < 30_000, known.endpoints.contains(datagram.source) {
            bidFarewell(datagram)
            return .revoked
        }
        let isPast = isPastBudget(datagram.source)
        if isPast, !mayLookUp(datagram.source) { return .guessBudget }
        let wasUsedHere = uses[datagram.use].map { now - $0 < 86_400_000 } ?? false
        if !wasUsedHere, countGuess(datagram) { sessions[datagram.sessionToken]?.wrongUsers.add(at: now) }
        if !isPast, !isBoundToSomebody(datagram.source) { answerInvalid(datagram) }
        if known != nil || wasUsedHere { return .revoked }
        return sessions[datagram.sessionToken] == nil ? .unknownSession : .unknownUser
    }

    /// Counts a pair as a guess, unless its source has sent it before.
    private mutating func countGuess(_ datagram: TwinDatagram) -> Bool {
        var source = sources[datagram.source.twinSource] ?? TwinSource()
        if source.pairs.contains(datagram.pair) { return false }
        source.pairs.append(datagram.pair)
        if source.pairs.count > 32 { source.pairs.removeFirst() }
        source.guesses.add(at: now)
        source.guessesThisSecond.add(at: now)
        sources[datagram.source.twinSource] = source
        return true
    }

    private func isBoundToSomebody(_ source: PeerEndpoint) -> Bool {
        sessions.values.contains { session in
            session.host.endpoint == source
                || session.users.values.contains { $0.client.endpoint == source && !isForgotten($0) }
        }
    }

    private func isForgotten(_ user: TwinUser) -> Bool { now - user.client.heard >= UInt64(settings.userTimeout) }

    /// Whether an endpoint is one that only the sweep has to forget yet.
    package func isLapsing(_ source: PeerEndpoint, now: UInt64) -> Bool {
        sessions.values.contains { session in
            session.users.values.contains {
                $0.client.endpoint == source && now - $0.client.heard >= UInt64(settings.userTimeout)
            }
        }
    }

    private mutating func bidFarewell(_ datagram: TwinDatagram) {
        if !guesses.answers { return }
        if let last = departed[datagram.pair]?.told[datagram.source], now - last < 1_000 { return }
        departed[datagram.pair]?.told[datagram.source] = now
        answer(datagram, 3)
    }

    private mutating func answerInvalid(_ datagram: TwinDatagram) {
        let key = datagram.source.twinSource
        if !guesses.answers { return }
        var source = sources[key] ?? TwinSource()
        source.answered = source.answered.filter { now - $0.value < 1_000 }
        if source.answered[datagram.source] != nil || source.answered.count >= 12 { return }
        if answers[now / 1_000, default: 0] >= Int(guesses.answersPerSecond) { return }
        answers[now / 1_000, default: 0] += 1
        source.answered[datagram.source] = now
        sources[key] = source
        answer(datagram, 3)
    }

    /// A valid pair was used: it is known at this source from now on.
    mutating func noteUse(_ datagram: TwinDatagram) {
        uses[datagram.use] = now
    }

    /// A user departs: where it was until now it is known for a day.
    mutating func noteDeparture(_ pair: TwinPair, _ endpoints: [PeerEndpoint]) {
        for endpoint in endpoints { uses[TwinUse(source: endpoint.twinSource, pair: pair)] = now }
    }

    /// Another process knows nothing of guesses, and of places what the tables say: who is bound, and where departed users were.
    mutating func forgetGuesses() {
        sources = [:]
        answers = [:]
        var known: [TwinUse: UInt64] = [:]
        for session in sessions.values {
            for user in session.users.values where !isForgotten(user) {
                guard let endpoint = user.client.endpoint else { continue }
                known[TwinUse(source: endpoint.twinSource, session: session, user: user.token)] = user.client.heard
            }
        }
        for session in sessions.values {
            guard let user = session.hostToken, let endpoint = session.host.endpoint else { continue }
            let use = TwinUse(source: endpoint.twinSource, session: session, user: user)
            known[use] = max(known[use] ?? 0, session.host.heard)
        }
        for (pair, user) in departed {
            departed[pair]?.told = [:]
            guard let endpoint = user.clientEndpoint else { continue }
            known[TwinUse(source: endpoint.twinSource, pair: pair)] = user.at
        }
        uses = known
    }
}

/// A pair of tokens at a source.
struct TwinUse: Hashable {
    var source: [UInt8]
    var pair: TwinPair

    init(source: [UInt8], pair: TwinPair) {
        self.source = source
        self.pair = pair
    }

    fileprivate init(source: [UInt8], session: TwinSession, user: UInt32) {
        self.init(source: source, pair: TwinPair(session: session.token, user: user))
    }
}

extension TwinDatagram {
    /// The pair at the source it came from.
    fileprivate var use: TwinUse { TwinUse(source: source.twinSource, pair: pair) }
}

/// What is known of an IPv4 address or an IPv6 /64 that sent wrong tokens.
struct TwinSource {
    var guesses = TwinWindow(length: 60_000)
    var guessesThisSecond = TwinWindow(length: 1_000)
    /// The last 32 of them.
    var pairs: [TwinPair] = []
    /// Endpoints that were answered, and when.
    var answered: [PeerEndpoint: UInt64] = [:]
}
