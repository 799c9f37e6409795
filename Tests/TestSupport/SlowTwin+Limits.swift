import RelayCore

// What may be sent within a second.
extension SlowTwin {
    /// Why a player's datagram is one too many.
    func excess(_ datagram: TwinDatagram, _ session: TwinSession, _ user: TwinUser) -> DropReason? {
        if user.rate.isExceeded(by: datagram, settings.limits.user) { return .overUserLimit }
        if session.rate.isExceeded(by: datagram, settings.limits.session) { return .overSessionLimit }
        return excessOfRelay(datagram)
    }

    /// Why the host's datagram on the server port is one too many.
    func excessOfHost(_ datagram: TwinDatagram, _ session: TwinSession) -> DropReason? {
        let limit = settings.limits.user
        let sent = session.rate.isOver(at: now) ? TwinHostRate() : session.hostRate
        let isExceeded =
            sent.datagrams >= Int(limit.datagrams) || sent.bytes + datagram.bytes.count > Int(limit.bytes)
        return isExceeded ? .overUserLimit : excessOfRelay(datagram)
    }

    /// Why another user's datagram on the server port is one too many.
    func excessOnServerPort(_ datagram: TwinDatagram, _ user: TwinUser) -> DropReason? {
        user.rate.isExceeded(by: datagram, settings.limits.user) ? .overUserLimit : excessOfRelay(datagram)
    }

    private func excessOfRelay(_ datagram: TwinDatagram) -> DropReason? {
        rate.isExceeded(by: datagram, settings.limits.worker) ? .overRelayLimit : nil
    }

    /// Counts a player's datagram that was accepted.
    mutating func charge(_ datagram: TwinDatagram) {
        sessions[datagram.sessionToken]?.users[datagram.userToken]?.rate.add(datagram)
        chargeSession(datagram)
    }

    /// Counts a host's datagram that was accepted.
    mutating func chargeHost(_ datagram: TwinDatagram) {
        chargeSession(datagram)
        sessions[datagram.sessionToken]?.hostRate.datagrams += 1
        sessions[datagram.sessionToken]?.hostRate.bytes += datagram.bytes.count
    }

    private mutating func chargeSession(_ datagram: TwinDatagram) {
        rate.add(datagram)
        if sessions[datagram.sessionToken]?.rate.add(datagram) == true {
            sessions[datagram.sessionToken]?.hostRate = TwinHostRate()
        }
    }

    /// Another process goes on: what all sessions together have sent, it does not know.
    package mutating func restart() {
        rate = TwinRate()
        forgetGuesses()
    }
}
