// What everybody sends: counted with every datagram, and held below the limits. Two lines a datagram, the player's and its
// session's: what a host has done is the session's to count.
extension RelayEngine {
    /// Why a valid datagram from the client port is one too many for this second; nil where it may pass.
    @inline(__always)
    mutating func excess(_ length: Int, user: Int, session: Int, _ now: Stamp) -> DropReason? {
        let bytes = UInt32(truncatingIfNeeded: length)
        let meter = meters + user
        if meter.pointee.window.age(now) >= RateWindow.length { roll(user: user, now) }
        let sent = meter.pointee.window
        if settings.limits.user.isExceeded(by: bytes, after: sent.datagrams, sent.bytes) { return .overUserLimit }
        return excess(bytes, session: session, now)
    }

    /// Why a valid datagram from the server port is one too many for this second; nil where it may pass.
    @inline(__always)
    mutating func excessOnServerPort(_ length: Int, isHost: Bool, session: Int, _ now: Stamp) -> DropReason? {
        let bytes = UInt32(truncatingIfNeeded: length)
        if let reason = excess(bytes, session: session, now) { return reason }
        guard isHost else { return nil }
        let sent = sessionMeters[session].hostWindow
        return settings.limits.user.isExceeded(by: bytes, after: sent.datagrams, sent.bytes) ? .overUserLimit : nil
    }

    @inline(__always)
    private mutating func excess(_ bytes: UInt32, session: Int, _ now: Stamp) -> DropReason? {
        let meter = sessionMeters + session
        if meter.pointee.window.age(now) >= RateWindow.length { roll(session: session, now) }
        let sent = meter.pointee.window
        if settings.limits.session.isExceeded(by: bytes, after: sent.datagrams, sent.bytes) { return .overSessionLimit }
        if workerWindow.age(now) >= RateWindow.length { workerWindow = .starting(now) }
        let limit = settings.limits.worker
        return limit.isExceeded(by: bytes, after: workerWindow.datagrams, workerWindow.bytes) ? .overRelayLimit : nil
    }

    /// Counts a datagram that was accepted on the client port.
    @inline(__always)
    mutating func charge(_ length: Int, user: Int, session: Int, _ now: Stamp) {
        let bytes = UInt32(truncatingIfNeeded: length)
        let meter = meters + user
        meter.pointee.datagramsFrom &+= 1
        meter.pointee.bytesFrom &+= UInt64(bytes)
        meter.pointee.window.count(bytes, now)
        sessionMeters[session].window.count(bytes, now)
        workerWindow.count(bytes, now)
    }

    /// Counts a datagram that was accepted from the host.
    @inline(__always)
    mutating func chargeHost(_ length: Int, session: Int, _ now: Stamp) {
        let bytes = UInt32(truncatingIfNeeded: length)
        let meter = sessionMeters + session
        meter.pointee.datagramsFrom &+= 1
        meter.pointee.bytesFrom &+= UInt64(bytes)
        meter.pointee.hostWindow.datagrams &+= 1
        meter.pointee.hostWindow.bytes &+= bytes
        meter.pointee.window.count(bytes, now)
        workerWindow.count(bytes, now)
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
        let hostWindow = meter.pointee.hostWindow
        record.pointee.hostLast = hostLast(session: session, now)
        record.pointee.hostPeak.raise(to: hostWindow)
        record.pointee.peak.raise(to: meter.pointee.window.rate)
        if hostWindow.datagrams > 0 { meter.pointee.hostActiveSeconds &+= 1 }
        meter.pointee.last = meter.pointee.window.lastRate(now, before: meter.pointee.last)
        meter.pointee.hostWindow = Rate()
        meter.pointee.window = .starting(now)
    }

    /// What came from the host in the last whole second.
    mutating func hostLast(session: Int, _ now: Stamp) -> Rate {
        var window = sessionMeters[session].window
        let hostWindow = sessionMeters[session].hostWindow
        (window.datagrams, window.bytes) = (hostWindow.datagrams, hostWindow.bytes)
        return window.lastRate(now, before: sessionRecords[session].hostLast)
    }

    /// What the host has sent and was sent since it hosts.
    mutating func hostUsage(session: Int) -> Usage {
        let meter = sessionMeters[session]
        var usage = Usage(
            datagramsFrom: meter.datagramsFrom,
            bytesFrom: meter.bytesFrom,
            datagramsTo: meter.datagramsTo,
            bytesTo: meter.bytesTo,
            activeSeconds: meter.hostActiveSeconds &+ (meter.hostWindow.datagrams > 0 ? 1 : 0),
            peak: sessionRecords[session].hostPeak
        )
        usage.peak.raise(to: meter.hostWindow)
        return usage
    }

    /// Closes the host's account, before another user hosts or nobody does.
    mutating func settleHostAccount(session: Int) {
        let host = Int(sessions[session].host) - 1
        if host >= 0 { userRecords[host].credit(hostUsage(session: session)) }
        let meter = sessionMeters + session
        (meter.pointee.datagramsFrom, meter.pointee.bytesFrom) = (0, 0)
        (meter.pointee.datagramsTo, meter.pointee.bytesTo) = (0, 0)
        meter.pointee.hostWindow = Rate()
        meter.pointee.hostActiveSeconds = 0
        sessionRecords[session].link = .blank
        sessionRecords[session].hostLast = Rate()
        sessionRecords[session].hostPeak = Rate()
    }
}
