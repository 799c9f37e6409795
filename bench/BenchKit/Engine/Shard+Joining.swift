import Glibc

extension Shard {
    /// Brings players in as real ones come: hosts send keep-alives until accepted, then their clients say hello until
    /// welcomed. Works through the sessions in small portions, so that answers are read in between.
    mutating func sweep(_ now: UInt64) {
        guard now >= nextSweep else { return }
        var budget = 8
        while sweepCursor < sessionNumbers.count, budget > 0 {
            let host = sweepCursor &* players
            if endpoints[host].hasJoined {
                sendHellos(session: sweepCursor)
            } else {
                sendKeepAlive(from: host)
            }
            sweepCursor &+= 1
            budget &-= 1
        }
        if sweepCursor == sessionNumbers.count {
            sweepCursor = 0
            nextSweep = now &+ Shard.joinInterval
        }
    }

    /// Lets every client of a session that waits for its welcome say hello.
    mutating func sendHellos(session: Int) {
        for client in 0..<plan.clients {
            let index = session &* players &+ 1 &+ client
            guard !endpoints[index].hasJoined else { continue }
            _ = send(
                .hello,
                from: index,
                client: Int32(client),
                peer: 0,
                sequence: 0,
                planned: MonotonicClock.now()
            )
        }
    }

    /// Takes in the answer to a keep-alive.
    mutating func noteKeepAliveAnswer(endpoint index: Int, isValid: Bool) {
        tally.keepAliveAnswers &+= 1
        if endpoints[index].hasJoined {
            // A host may be told to wait before it has joined; afterwards only Valid is right.
            if !isValid { tally.keepAlivesNotValid &+= 1 }
        } else if isValid, endpoints[index].role == .host {
            endpoints[index].hasJoined = true
            joinedHosts &+= 1
            sendHellos(session: Int(endpoints[index].session))
        }
    }

    /// Takes in a payload that introduces a client to its host, or the host's answer.
    mutating func noteIntroduction(_ header: PayloadHeader, endpoint index: Int, peer: Int64) {
        if header.kind == .hello {
            let host = index
            _ = send(
                .welcome,
                from: host,
                client: Int32(header.client),
                peer: peer,
                sequence: 0,
                planned: header.planned
            )
        } else if !endpoints[index].hasJoined {
            endpoints[index].hasJoined = true
            joinedClients &+= 1
        }
    }

    /// Whether the host may know this client by this id: the one it had, or at first contact one that is nobody's.
    mutating func checkPeer(_ peer: Int64, session: Int, client: Int) -> Bool {
        let first = session &* plan.clients
        let known = peers[first &+ client]
        if known == peer { return true }
        guard known == Shard.unknownPeer, Wire.isAllowed(peer: peer) else { return false }
        for other in 0..<plan.clients where peers[first &+ other] == peer { return false }
        peers[first &+ client] = peer
        return true
    }
}
