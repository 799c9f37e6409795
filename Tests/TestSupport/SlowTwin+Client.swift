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
        let hasHost = session.host.endpoint != nil
        let excess = excess(datagram, session, user)
        var isRejoin = false
        if !isBound {
            if !datagram.isExactHello, user.ignores(datagram.source, at: now) {
                return deny(datagram, .retiredEndpoint, excess) { $0.charge(datagram) }
            }
            isRejoin = isFresh(datagram, user) && user.isUsedUp && !session.rejoinIDs.isEmpty
            if isRejoin, !user.mayRejoin(at: now) {
                return deny(datagram, .rejoinTooSoon, excess) { $0.charge(datagram) }
            }
            step = roam(datagram, &user.client, session, excess: excess)
            sessions[session.token]?.users[user.token] = user
            if case .drop(let reason) = step { return deny(datagram, reason, excess) { $0.charge(datagram) } }
        }
        if let excess { return excess }
        if case .wait = step {
            user.client = wait(datagram, user.client, isWaiting: user.held != nil)
            sessions[session.token]?.users[user.token] = user
            charge(datagram)
            return nil
        }
        if !datagram.isPing, !hasHost, lacksRoom(session, user) { return .heldOverflow }
        if isBound { isRejoin = isHelloFromPlace(datagram, session, user) }
        let isFresh = isFresh(datagram, user)
        let old = user.client.endpoint
        let formerID = bind(&user.client, datagram, step, connectionID: user.connectionID)
        if !isBound { user.retired.removeAll { $0.endpoint == datagram.source } }
        if let formerID, !isFresh, formerID != user.connectionID,
            !session.users.values.contains(where: { $0.connectionID == formerID })
        {
            give(formerID, &user, in: session.token)
            user.isUsedUp = true
        }
        if isRejoin {
            rejoin(&user, in: session.token)
            if step.isMove, let old, old.twinSource == datagram.source.twinSource { user.retire(old, at: now) }
        }
        let confirmed = takePending(&user.client, datagram, step)
        sessions[session.token]?.users[user.token] = user
        if !isBound { unbindOthers(user, in: session.token) }
        markUsed(session.token)
        charge(datagram)
        if datagram.isPing {
            answer(datagram, clientState(session))
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

    /// DATA of an endpoint that may not bind is dropped; its PING is answered Checking, unless it is one too many.
    mutating func deny(
        _ datagram: TwinDatagram,
        _ reason: DropReason,
        _ excess: DropReason?,
        charge: (inout SlowTwin) -> Void
    ) -> DropReason? {
        guard datagram.isPing else { return reason }
        if let excess { return excess }
        charge(&self)
        answer(datagram, 1)
        return nil
    }

    /// SessionTimeout where the host was seen, and is silent for the host timeout and five seconds.
    private func clientState(_ session: TwinSession) -> UInt8 {
        guard session.hostToken != nil, session.isHostHeard else { return 2 }
        return now - session.host.heard >= UInt64(settings.hostTimeout) + 5_000 ? 4 : 2
    }

    /// Sends a client's DATA to the host, or holds it for a host to come.
    private mutating func forwardToHost(_ datagram: TwinDatagram, isLate: Bool) {
        guard let session = sessions[datagram.sessionToken], let user = session.users[datagram.userToken] else {
            return
        }
        guard let target = session.host.endpoint else {
            if let held = user.held {
                drop(.heldReplaced)
                if held.datagram.isHello, !datagram.isHello { return }
            }
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
        noteForwarded(datagram)
    }

    /// A host has bound: everything that waited for it leaves.
    mutating func deliverHeld(_ session: UInt32) {
        for user in sessions[session]?.users.values.map(\.self) ?? [] {
            guard let held = user.held else { continue }
            sessions[session]?.users[user.token]?.held = nil
            forwardToHost(held.datagram, isLate: true)
        }
    }

    /// Whether nothing of this user can wait for a host.
    private func lacksRoom(_ session: TwinSession, _ user: TwinUser) -> Bool {
        if user.held != nil { return false }
        let waiting = session.users.values.filter { $0.held != nil }.count
        return waiting >= 16 || (heldNow >= 1_024 && user.client.pending == nil)
    }
}
