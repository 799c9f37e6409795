import RelayCore

// Datagrams with valid tokens on the client port.
extension SlowTwin {
    mutating func judgeClient(
        _ datagram: TwinDatagram,
        _ session: TwinSession,
        _ user: TwinUser,
        isBound: Bool
    ) -> DropReason? {
        var step = TwinRoaming.stay
        var user = user
        let isHostSilent = session.hostToken != nil && now - session.host.heard >= UInt64(settings.hostTimeout)
        let pingState: UInt8 = isHostSilent ? 4 : 2
        if !isBound {
            let roaming = roam(datagram, user.client, session, retired: user.retired) {
                wouldRejoin($0, session, user)
            }
            user.client.candidate = roaming.candidate
            if case .drop(let reason) = roaming.step { return reason }
            step = roaming.step
        }
        if let reason = excess(datagram, session, user) { return reason }
        if case .wait = step {
            user.client = wait(datagram, user.client, pingState: pingState, isWaiting: user.held != nil)
            sessions[session.token]?.users[user.token] = user
            charge(datagram)
            return nil
        }
        let hasHost = session.host.endpoint != nil
        if !datagram.isPing, !hasHost, lacksRoom(session, user) { return .heldOverflow }
        // A PING that confirms a hello's move completes the rejoin.
        let isRejoin = step.isMove && wouldRejoin(datagram, session, user)
        bind(&user.client, datagram, step)
        if isRejoin {
            user.connectionID = session.rejoinIDs.lowerBound
            sessions[session.token]?.rejoinIDs.removeFirst()
            user.lastRejoin = now
            if let old = session.users[user.token]?.client.endpoint { user.retired = [old: now] }
            count(.rejoins)
        }
        let confirmed = takePending(&user.client, datagram, step)
        sessions[session.token]?.users[user.token] = user
        markUsed(session.token)
        charge(datagram)
        if datagram.isPing {
            answer(datagram, pingState)
            if let confirmed {
                if !hasHost, lacksRoom(session, user) {
                    drop(.heldOverflow)
                } else {
                    forwardToHost(confirmed.datagram, isLate: true)
                }
            }
        } else {
            if !hasHost, user.client.pending != nil {
                drop(.roamingUnconfirmed)
                sessions[session.token]?.users[user.token]?.client.pending = nil
            }
            forwardToHost(datagram, isLate: false)
        }
        return nil
    }

    /// Sends a client's DATA to the host, or holds it for a host to come.
    private mutating func forwardToHost(_ datagram: TwinDatagram, isLate: Bool) {
        guard let session = sessions[datagram.sessionToken], let user = session.users[datagram.userToken] else {
            return
        }
        guard let target = session.host.endpoint else {
            if user.held != nil { drop(.heldReplaced) }
            sessions[session.token]?.users[user.token]?.held = TwinHeld(datagram: datagram)
            return
        }
        let id = withUnsafeBytes(of: user.connectionID.littleEndian) { Array($0) }
        let sent = SentDatagram(
            bytes: [2] + id + datagram.clientPayload,
            target: target,
            local: session.host.local,
            port: .server
        )
        if isLate {
            outcome.released.insert(sent)
            count(.heldDelivered)
        } else {
            outcome.sent.append(sent)
        }
        count(.toHostDatagrams)
    }

    /// A host has bound: everything that waited for it leaves.
    mutating func deliverHeld(_ session: UInt32) {
        for user in sessions[session]?.users.values.map(\.self) ?? [] {
            guard let held = user.held else { continue }
            sessions[session]?.users[user.token]?.held = nil
            forwardToHost(held.datagram, isLate: true)
        }
    }

    /// Whether the datagram, or the one that waits for it, is a hello that a new id is there for.
    private func wouldRejoin(_ datagram: TwinDatagram, _ session: TwinSession, _ user: TwinUser) -> Bool {
        guard settings.givesRejoinIDs, !session.rejoinIDs.isEmpty else { return false }
        guard datagram.isPing, let pending = user.client.pending else { return datagram.isHello }
        return pending.datagram.source == datagram.source && pending.datagram.isHello
    }

    /// Whether nothing of this user can wait for a host.
    private func lacksRoom(_ session: TwinSession, _ user: TwinUser) -> Bool {
        if user.held != nil { return false }
        let waiting = session.users.values.filter { $0.held != nil }.count
        return waiting >= 16 || (heldNow >= 1_024 && user.client.pending == nil)
    }
}
