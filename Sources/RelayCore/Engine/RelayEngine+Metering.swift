// What everybody sends: counted with every datagram, and held below the limits. Two lines a datagram, the player's and its
// session's: what a host has done is the session's to count.
extension RelayEngine {
    /// Why a valid datagram from the client port is one too many for this second; nil where it may pass.
    @inline(__always)
    mutating func excess(_ length: Int, user: Int, session: Int, _ now: Stamp) -> DropReason? {
        let meter = meters + user
        if meter.pointee.window.age(now) >= RateWindow.length { roll(user: user, now) }
        if settings.limits.user.isExceeded(by: length, after: meter.pointee.window.sent) { return .overUserLimit }
        return excess(length, session: session, now)
    }

    /// Why a valid datagram from the server port is one too many for this second; nil where it may pass.
    @inline(__always)
    mutating func excessOnServerPort(_ length: Int, isHost: Bool, session: Int, _ now: Stamp) -> DropReason? {
        if let reason = excess(length, session: session, now) { return reason }
        guard isHost else { return nil }
        return settings.limits.user.isExceeded(by: length, after: sessionMeters[session].hostSent)
            ? .overUserLimit : nil
    }

    @inline(__always)
    private mutating func excess(_ length: Int, session: Int, _ now: Stamp) -> DropReason? {
        let meter = sessionMeters + session
        if meter.pointee.window.age(now) >= RateWindow.length { roll(session: session, now) }
        if settings.limits.session.isExceeded(by: length, after: meter.pointee.window.sent) { return .overSessionLimit }
        if !limitsWorker { return nil }
        if workerWindow.age(now) >= RateWindow.length { workerWindow = .starting(now) }
        return settings.limits.worker.isExceeded(by: length, after: workerWindow.sent) ? .overRelayLimit : nil
    }

    /// Counts a datagram that was accepted on the client port.
    @inline(__always)
    mutating func charge(_ length: Int, user: Int, session: Int, _ now: Stamp) {
        meters[user].window.count(length, now)
        sessionMeters[session].window.count(length, now)
        if limitsWorker { workerWindow.count(length, now) }
    }

    /// Counts a datagram that was accepted from the host.
    @inline(__always)
    mutating func chargeHost(_ length: Int, session: Int, _ now: Stamp) {
        let meter = sessionMeters + session
        meter.pointee.hostSent.count(length)
        meter.pointee.window.count(length, now)
        if limitsWorker { workerWindow.count(length, now) }
    }

    /// Begins a user's next second. Out of the way: it happens once a second.
    @inline(never)
    private mutating func roll(user: Int, _ now: Stamp) {
        meters[user].roll(now)
    }

    @inline(never)
    private mutating func roll(session: Int, _ now: Stamp) {
        let meter = sessionMeters + session
        let record = sessionRecords + session
        record.pointee.hostLast = hostRate(session: session, now)
        record.pointee.hostPeak.raise(to: meter.pointee.hostSent.rate)
        record.pointee.peak.raise(to: meter.pointee.window.sent.rate)
        meter.pointee.roll(now)
    }

    /// What came from the host in the last whole second.
    mutating func hostRate(session: Int, _ now: Stamp) -> Rate {
        var window = sessionMeters[session].window
        window.sent = sessionMeters[session].hostSent
        return window.lastRate(now, before: sessionRecords[session].hostLast)
    }

    /// What the host has sent and was sent since it hosts.
    mutating func hostUsage(session: Int) -> Usage {
        var usage = sessionMeters[session].hostUsage
        usage.peak = sessionRecords[session].hostPeak
        usage.peak.raise(to: sessionMeters[session].hostSent.rate)
        return usage
    }

    /// Closes the host's account, before another user hosts or nobody does.
    mutating func settleHostAccount(session: Int) {
        let host = Int(sessions[session].host) - 1
        if host >= 0 { userRecords[host].credit(hostUsage(session: session)) }
        sessionMeters[session].forgetHost()
        sessionRecords[session].link = .blank
        sessionRecords[session].hostLast = Rate()
        sessionRecords[session].hostPeak = Rate()
    }
}
