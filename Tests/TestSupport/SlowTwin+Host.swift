import RelayCore

// Datagrams with valid tokens on the server port.
extension SlowTwin {
    mutating func judgeHost(
        _ datagram: TwinDatagram,
        _ session: TwinSession,
        _ user: TwinUser,
        isBound: Bool
    ) -> DropReason? {
        guard session.hostToken == user.token else {
            if !datagram.isPing { return session.hostToken == nil ? .wrongPort : .notHost }
            if let reason = excessOnServerPort(datagram, user) { return reason }
            if session.hostToken != nil {
                if now - session.host.heard < UInt64(settings.hostTimeout) {
                    markUsed(session.token)
                    charge(datagram)
                    answer(datagram, 1)
                    return nil
                }
            }
            claim(datagram, session, user)
            return nil
        }
        var step = TwinRoaming.stay
        var host = session.host
        let excess = excessOfHost(datagram, session)
        if !isBound {
            step = roam(datagram, &host, session, excess: excess)
            sessions[session.token]?.host = host
            if case .drop(let reason) = step { return deny(datagram, reason, excess) { $0.chargeHost(datagram) } }
        }
        if let excess { return excess }
        if case .wait = step {
            host = wait(datagram, host)
            sessions[session.token]?.host = host
            chargeHost(datagram)
            return nil
        }
        if !datagram.isPing, let reason = refusal(datagram, session) { return reason }
        _ = bind(&host, datagram, step)
        if !isBound { sessions[session.token]?.isHostHeard = true }
        let confirmed = takePending(&host, datagram, step)
        sessions[session.token]?.host = host
        markUsed(session.token)
        chargeHost(datagram)
        if datagram.isPing {
            answer(datagram, 2)
            if let confirmed {
                if let reason = refusal(confirmed.datagram, session) {
                    drop(reason)
                } else {
                    forwardToClient(confirmed.datagram, session, isLate: true)
                }
            }
        } else {
            forwardToClient(datagram, session, isLate: false)
        }
        if case .bind = step { deliverHeld(session.token) }
        return nil
    }

    private mutating func claim(_ datagram: TwinDatagram, _ session: TwinSession, _ user: TwinUser) {
        if session.host.pending != nil { drop(.roamingUnconfirmed) }
        var host = TwinBinding()
        _ = bind(&host, datagram, .bind)
        sessions[session.token]?.isHostHeard = true
        sessions[session.token]?.host = host
        sessions[session.token]?.hostToken = user.token
        events.append(.hostClaimed(sessionToken: session.token, userToken: user.token))
        markUsed(session.token)
        sessions[session.token]?.hostRate = TwinHostRate()
        chargeHost(datagram)
        count(.hostClaims)
        answer(datagram, 2)
        deliverHeld(session.token)
    }

    private func receiver(_ datagram: TwinDatagram, _ session: TwinSession) -> TwinUser? {
        session.users.values.first { $0.connectionID == datagram.connectionID }
    }

    /// Why the host's DATA cannot be delivered.
    private func refusal(_ datagram: TwinDatagram, _ session: TwinSession) -> DropReason? {
        guard let user = receiver(datagram, session) else {
            return session.wasGivenOut(datagram.connectionID) ? .retiredConnectionID : .unknownConnectionID
        }
        if user.client.endpoint == nil || now - user.client.heard >= UInt64(settings.userTimeout) { return .noAddress }
        return nil
    }

    private mutating func forwardToClient(_ datagram: TwinDatagram, _ session: TwinSession, isLate: Bool) {
        guard let client = receiver(datagram, session)?.client, let target = client.endpoint else { return }
        let sent = SentDatagram(bytes: [2] + datagram.hostPayload, target: target, local: client.local, port: .client)
        if isLate {
            outcome.released.insert(sent)
            count(.heldDelivered)
        } else {
            outcome.sent.append(sent)
        }
        count(.toClientDatagrams)
    }
}
