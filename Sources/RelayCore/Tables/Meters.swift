/// What a player has sent and was sent on the client port: 64 hot bytes beside its line.
struct UserMeter {
    /// Valid datagrams from it, up to the window's start, and those forwarded to it.
    private var datagramsFrom: UInt64
    private var bytesFrom: UInt64
    var datagramsTo: UInt64
    var bytesTo: UInt64
    var window: RateWindow
    private var activeSeconds: UInt32
    /// The window before this one.
    private var last: Rate
    private var peak: Rate

    static var blank: UserMeter {
        UserMeter(
            datagramsFrom: 0,
            bytesFrom: 0,
            datagramsTo: 0,
            bytesTo: 0,
            window: .starting(.zero),
            activeSeconds: 0,
            last: Rate(),
            peak: Rate()
        )
    }

    /// Begins a new window.
    mutating func roll(_ now: Stamp) {
        last = window.lastRate(now, before: last)
        peak.raise(to: window.sent.rate)
        datagramsFrom &+= UInt64(window.sent.datagrams)
        bytesFrom &+= UInt64(window.sent.bytes)
        if window.sent != .zero { activeSeconds &+= 1 }
        window = .starting(now)
    }

    /// Begins anew where another process left what no link could have carried.
    mutating func validate() {
        if max(datagramsFrom, bytesFrom, datagramsTo, bytesTo) > CounterPage.absurd { self = .blank }
    }

    func rate(_ now: Stamp) -> Rate { window.lastRate(now, before: last) }

    /// What it has seen in all, the second that runs included.
    func usage(_ now: Stamp) -> Usage {
        var settled = self
        settled.roll(now)
        return Usage(
            datagramsFrom: settled.datagramsFrom,
            bytesFrom: settled.bytesFrom,
            datagramsTo: settled.datagramsTo,
            bytesTo: settled.bytesTo,
            activeSeconds: settled.activeSeconds,
            peak: settled.peak
        )
    }
}

/// What a session's host has sent and was sent, and what all its users have sent together: 64 hot bytes beside its line.
struct SessionMeter {
    /// All users'.
    var window: RateWindow
    private var hostActiveSeconds: UInt32
    /// The window before this one.
    private var last: Rate
    /// The host's part of the window.
    var hostSent: Amount
    /// Valid datagrams from the host on the server port, up to the window's start, and those forwarded to it, since it hosts.
    private var hostDatagramsFrom: UInt64
    private var hostBytesFrom: UInt64
    var hostDatagramsTo: UInt64
    var hostBytesTo: UInt64

    static var blank: SessionMeter {
        SessionMeter(
            window: .starting(.zero),
            hostActiveSeconds: 0,
            last: Rate(),
            hostSent: .zero,
            hostDatagramsFrom: 0,
            hostBytesFrom: 0,
            hostDatagramsTo: 0,
            hostBytesTo: 0
        )
    }

    /// Begins a new window.
    mutating func roll(_ now: Stamp) {
        hostDatagramsFrom &+= UInt64(hostSent.datagrams)
        hostBytesFrom &+= UInt64(hostSent.bytes)
        if hostSent != .zero { hostActiveSeconds &+= 1 }
        hostSent = .zero
        last = window.lastRate(now, before: last)
        window = .starting(now)
    }

    /// Begins anew where another process left what no link could have carried.
    mutating func validate() {
        if max(hostDatagramsFrom, hostBytesFrom, hostDatagramsTo, hostBytesTo) > CounterPage.absurd { self = .blank }
    }

    func rate(_ now: Stamp) -> Rate { window.lastRate(now, before: last) }

    /// What the host has sent and was sent since it hosts, but for its peak: the second that runs included.
    var hostUsage: Usage {
        var settled = self
        settled.roll(.zero)
        return Usage(
            datagramsFrom: settled.hostDatagramsFrom,
            bytesFrom: settled.hostBytesFrom,
            datagramsTo: settled.hostDatagramsTo,
            bytesTo: settled.hostBytesTo,
            activeSeconds: settled.hostActiveSeconds
        )
    }

    /// Begins a new host's account.
    mutating func forgetHost() {
        (hostSent, hostActiveSeconds) = (.zero, 0)
        (hostDatagramsFrom, hostBytesFrom, hostDatagramsTo, hostBytesTo) = (0, 0, 0, 0)
    }
}
