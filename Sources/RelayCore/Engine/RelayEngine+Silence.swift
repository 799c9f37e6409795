import RelayWire

// For the lobby service. Nothing here is on a datagram's way.
extension RelayEngine {
    /// Milliseconds since each of these users was heard on either port; nil for those who never were since the start of the
    /// daemon, and for unknown ones.
    public mutating func silences(ofUsers userTokens: [UInt32], inSession token: UInt32, now: UInt64) -> [UInt32?] {
        let stamp = Stamp(now: now)
        let session = findSession(token)
        guard session >= 0 else { return userTokens.map { _ in nil } }
        var silences: [UInt32?] = []
        silences.reserveCapacity(userTokens.count)
        for userToken in userTokens {
            let user = findUser(Credentials(userToken: userToken, sessionToken: token))
            guard user >= 0, !users[user].isDeparted else {
                silences.append(nil)
                continue
            }
            let asClient = silence(of: users[user].endpoint, stamp)
            guard sessions[session].host == UInt32(user + 1), sessions[session].endpoint.isBound else {
                silences.append(asClient)
                continue
            }
            let asHost = stamp.age(since: sessions[session].endpoint.lastHeard)
            silences.append(min(asHost, asClient ?? asHost))
        }
        return silences
    }

    private func silence(of endpoint: BoundEndpoint, _ now: Stamp) -> UInt32? {
        let age = now.age(since: endpoint.lastHeard)
        if endpoint.isBound, age < settings.userTimeout { return age }
        if endpoint.lastHeard == .zero { return nil }
        // Nobody keeps the stamp of an unbound user young, and this one went round.
        return age < settings.userTimeout ? Stamp.longestAge : age
    }
}
