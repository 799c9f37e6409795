// What everybody sends: counted with every datagram, and held below the limits. Two lines a datagram, the player's and its
// session's: what a host has done is the session's to count.
extension RelayEngine {
    /// Why a valid datagram from the client port is one too many for this second; nil where it may pass.
    @inline(__always)
    mutating func excess(_ length: Int, user: Int, session: Int, _ now: Stamp) -> DropReason? {
        let meter = meters + user
        if meter.pointee.window.age(now) >= RateWindow.length { roll(user: user, now) }
        if settings.limits.user.isExceeded(by: length, after: meter.pointee.window.sent) { return .overUserLimit }
        rollIfDue(session: session, now)
        let sent = sessionMeters[session].window.sent
        if settings.limits.session.isExceeded(by: length, after: sent) { return .overSessionLimit }
        return excessOfRelay(length, now)
    }

    /// The same for the host on the server port. Its own limit holds it, and not the session's: players who use that one up
    /// must not silence their host.
    @inline(__always)
    mutating func excessOfHost(_ length: Int, session: Int, _ now: Stamp) -> DropReason? {
        rollIfDue(session: session, now)
        let sent = sessionMeters[session].hostSent
        if settings.limits.user.isExceeded(by: length, after: sent) { return .overUserLimit }
        return excessOfRelay(length, now)
    }

    /// The same for another user on the server port: who takes over from a host that is gone must get through, too.
    mutating func excessOnServerPort(_ length: Int, user: Int, session: Int, _ now: Stamp) -> DropReason? {
        rollIfDue(session: session, now)
        if meters[user].window.age(now) >= RateWindow.length { roll(user: user, now) }
        if settings.limits.user.isExceeded(by: length, after: meters[user].window.sent) { return .overUserLimit }
        return excessOfRelay(length, now)
    }

    @inline(__always)
    private mutating func rollIfDue(session: Int, _ now: Stamp) {
        if sessionMeters[session].window.age(now) >= RateWindow.length { roll(session: session, now) }
    }

    @inline(__always)
    private mutating func excessOfRelay(_ length: Int, _ now: Stamp) -> DropReason? {
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

    /// Counts a silence that a player's datagram has just ended. Out of the way: it is rare.
    @inline(never)
    mutating func noteGap(ofUser user: Int, _ silence: UInt32, _ now: Stamp) {
        // Nobody could be heard while no process listened.
        userRecords[user].link.noteGap(min(silence, now.age(since: listensSince)), now)
    }

    /// Counts a silence that the host's datagram has just ended.
    @inline(never)
    mutating func noteGap(ofHostIn session: Int, _ silence: UInt32, _ now: Stamp) {
        sessionRecords[session].link.noteGap(min(silence, now.age(since: listensSince)), now)
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
