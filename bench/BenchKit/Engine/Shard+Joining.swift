extension Shard {
    /// Brings players in as real ones come: hosts send keep-alives until accepted, then their clients go through the
    /// wire's set-up and say hello until welcomed.
    ///
    /// Works through the sessions in portions, so that answers are read in between and the forwarder keeps up: with
    /// what the answers set off, fewer than its queues hold are under way at any time.
    mutating func sweep(_ now: UInt64) {
        guard now >= nextSweep else { return }
        var budget = 32
        while sweepCursor < sessionNumbers.count, budget > 0 {
            let host = sweepCursor &* players
            if endpoints[host].hasJoined {
                introduceClients(session: sweepCursor)
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

    /// Lets every client of a session that waits for an answer or its welcome try again.
    private mutating func introduceClients(session: Int) {
        for client in 0..<plan.clients {
            let index = session &* players &+ 1 &+ client
            if !endpoints[index].hasJoined { introduce(index) }
        }
    }

    /// Sends a client's next request, or its hello once there is nothing more to ask.
    mutating func introduce(_ index: Int) {
        let endpoint = endpoints[index]
        guard UInt32(endpoint.setupStep) >= Wire.setupSteps else {
            sendSetup(from: index)
            return
        }
        _ = send(.hello, from: index, client: endpoint.client, peer: 0, sequence: 0, planned: MonotonicClock.now())
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
            introduceClients(session: Int(endpoints[index].session))
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
