import RelayCore

// Game connections and connection ids: one id, one connection.
extension SlowTwin {
    /// DATA with a cookie was forwarded: the id is used up.
    mutating func noteForwarded(_ datagram: TwinDatagram) {
        if datagram.hasCookie { sessions[datagram.sessionToken]?.users[datagram.userToken]?.isUsedUp = true }
    }

    /// Whether a datagram from elsewhere, or the one that a PING lets go, is of a fresh connection.
    func isFresh(_ datagram: TwinDatagram, _ user: TwinUser) -> Bool {
        guard settings.givesRejoinIDs else { return false }
        guard datagram.isPing else { return datagram.isFresh }
        guard let pending = user.client.pending, pending.datagram.source == datagram.source else { return false }
        return pending.datagram.isFresh
    }

    /// Whether a hello comes from the bound endpoint after a silence.
    func isHelloFromPlace(_ datagram: TwinDatagram, _ session: TwinSession, _ user: TwinUser) -> Bool {
        settings.givesRejoinIDs && datagram.isExactHello && user.isUsedUp && now - user.client.heard >= 100
            && !session.rejoinIDs.isEmpty && user.mayRejoin(at: now)
    }

    /// Gives a new id.
    mutating func rejoin(_ user: inout TwinUser, in token: UInt32) {
        guard let id = sessions[token]?.rejoinIDs.first else { return }
        sessions[token]?.rejoinIDs.removeFirst()
        user.spendRejoin(at: now)
        user.isUsedUp = false
        give(id, &user, in: token)
        count(.rejoins)
    }

    /// The user's id is another one now.
    mutating func give(_ id: Int32, _ user: inout TwinUser, in token: UInt32) {
        user.connectionID = id
        events.append(.connectionIDGiven(sessionToken: token, userToken: user.token, connectionID: id))
    }

    /// At an endpoint there is one user of a session.
    mutating func unbindOthers(_ user: TwinUser, in token: UInt32) {
        for other in sessions[token]?.users.keys.map(\.self) ?? [] where other != user.token {
            if sessions[token]?.users[other]?.client.endpoint == user.client.endpoint {
                sessions[token]?.users[other]?.client.endpoint = nil
            }
        }
    }
}

extension TwinUser {
    /// Twelve at once, and one more each 15 seconds: milliseconds of credit, 15,000 an id.
    private func credit(at now: UInt64) -> UInt64 {
        min(180_000, rejoinCredit + (now - rejoinCreditAt))
    }

    func mayRejoin(at now: UInt64) -> Bool { credit(at: now) >= 15_000 }

    mutating func spendRejoin(at now: UInt64) {
        rejoinCredit = credit(at: now) - 15_000
        rejoinCreditAt = now
    }

    func ignores(_ source: PeerEndpoint, at now: UInt64) -> Bool {
        retired.contains { $0.endpoint == source && now - $0.at < 10_000 }
    }

    /// Of endpoints that rejoins replaced four are remembered.
    mutating func retire(_ endpoint: PeerEndpoint, at now: UInt64) {
        retired.removeAll { $0.endpoint == endpoint }
        retired.append((endpoint, now))
        if retired.count > 4 { retired.removeFirst() }
    }
}

extension TwinDatagram {
    /// kcp2k's channel and cookie.
    var hasCookie: Bool {
        let payload = clientPayload
        return payload.count >= 6 && [1, 2].contains(payload[0]) && payload[1...4].contains { $0 != 0 }
    }

    /// A KCP segment of a connection without cookie.
    var isFresh: Bool {
        guard !isPing, arrival.role == .client else { return false }
        let payload = clientPayload
        return payload.count >= 30 && payload[0] == 1 && payload[1...8].allSatisfy { $0 == 0 } && payload[9] == 81
    }

    /// The first segment of such a connection.
    var isHello: Bool { isFresh && clientPayload[17...20].allSatisfy { $0 == 0 } }

    /// The first segment, and nothing that a hello does not have.
    var isExactHello: Bool {
        let payload = clientPayload
        return isHello && payload.count == 30 && payload[10] == 0 && payload[21...24].allSatisfy { $0 == 0 }
            && Array(payload[25...29]) == [1, 0, 0, 0, 1]
    }
}
