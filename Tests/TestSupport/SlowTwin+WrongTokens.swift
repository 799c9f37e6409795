import RelayCore

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

    func isPastBudget(_ source: PeerEndpoint) -> Bool {
        (sources[source.twinSource]?.guesses.count(at: now) ?? 0) >= Int(guesses.guessesPerMinute)
    }

    mutating func judgeWrongTokens(_ datagram: TwinDatagram) -> DropReason {
        if isBadSource(datagram.source) { return .badSource }
        if isPastBudget(datagram.source) { return .guessBudget }
        let known = departed[datagram.pair]
        if known == nil { countGuess(datagram) }
        var isAnswered = datagram.isPing
        if let known, now - known.at < 30_000 {
            if known.clientEndpoint == datagram.source || known.hostEndpoint == datagram.source { isAnswered = true }
        }
        if isAnswered { answerInvalid(datagram) }
        if known != nil { return .revoked }
        return sessions[datagram.sessionToken] == nil ? .unknownSession : .unknownUser
    }

    private mutating func countGuess(_ datagram: TwinDatagram) {
        var source = sources[datagram.source.twinSource] ?? TwinSource()
        if source.lastPair == datagram.pair { return }
        source.lastPair = datagram.pair
        source.guesses.add(at: now)
        sources[datagram.source.twinSource] = source
        sessions[datagram.sessionToken]?.wrongUsers.add(at: now)
    }

    private mutating func answerInvalid(_ datagram: TwinDatagram) {
        let key = datagram.source.twinSource
        if !guesses.answers { return }
        if let last = sources[key]?.answeredAt, now - last < 1_000 { return }
        if answers[now / 1_000, default: 0] >= Int(guesses.answersPerSecond) { return }
        answers[now / 1_000, default: 0] += 1
        sources[key, default: TwinSource()].answeredAt = now
        answer(datagram, 3)
    }
}
