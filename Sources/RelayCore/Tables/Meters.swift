/// A second in which datagrams are counted. It begins with the first one that is counted after the last second is over, so
/// that none of these seconds sees more than the limit, and no other one more than twice as much.
struct RateWindow {
    static let length: UInt32 = 1_000

    var start: Stamp
    var datagrams: UInt32
    var bytes: UInt32

    static func starting(_ now: Stamp) -> RateWindow { RateWindow(start: now, datagrams: 0, bytes: 0) }

    /// Milliseconds since it began. Modulo 2³², unlike `Stamp.age`: a window that nobody looked at for weeks is over, too.
    @inline(__always)
    func age(_ now: Stamp) -> UInt32 { now.milliseconds &- start.milliseconds }

    @inline(__always)
    mutating func count(_ length: UInt32, _ now: Stamp) {
        if datagrams == 0 { start = now }
        datagrams &+= 1
        bytes &+= length
    }

    var rate: Rate { Rate(datagrams: datagrams, bytes: bytes) }

    /// The last whole second's rate. `before` is that of the window before this one.
    func lastRate(_ now: Stamp, before: Rate) -> Rate {
        switch age(now) {
        case ..<Self.length: before
        case ..<(2 * Self.length): rate
        default: Rate()
        }
    }
}

/// What a player has sent and was sent on the client port: 64 hot bytes beside its line.
struct UserMeter {
    /// Valid datagrams from it, and those forwarded to it.
    var datagramsFrom: UInt64
    var bytesFrom: UInt64
    var datagramsTo: UInt64
    var bytesTo: UInt64
    var window: RateWindow
    /// The window before this one.
    var last: Rate
    var peak: Rate
    var activeSeconds: UInt32

    static var blank: UserMeter {
        UserMeter(
            datagramsFrom: 0,
            bytesFrom: 0,
            datagramsTo: 0,
            bytesTo: 0,
            window: .starting(.zero),
            last: Rate(),
            peak: Rate(),
            activeSeconds: 0
        )
    }

    /// Begins a new window.
    mutating func roll(_ now: Stamp) {
        last = window.lastRate(now, before: last)
        peak.raise(to: window.rate)
        if window.datagrams > 0 { activeSeconds &+= 1 }
        window = .starting(now)
    }

    /// What it has seen in all, the second that runs included.
    var usage: Usage {
        var usage = Usage(
            datagramsFrom: datagramsFrom,
            bytesFrom: bytesFrom,
            datagramsTo: datagramsTo,
            bytesTo: bytesTo,
            activeSeconds: activeSeconds &+ (window.datagrams > 0 ? 1 : 0),
            peak: peak
        )
        usage.peak.raise(to: window.rate)
        return usage
    }
}

/// What a session's host has sent and was sent, and what all its users have sent together: 64 hot bytes beside its line.
struct SessionMeter {
    /// Valid datagrams from the host on the server port, and those forwarded to it, since it hosts.
    var datagramsFrom: UInt64
    var bytesFrom: UInt64
    var datagramsTo: UInt64
    var bytesTo: UInt64
    /// All users'.
    var window: RateWindow
    /// The window before this one.
    var last: Rate
    /// The host's part of the window.
    var hostWindow: Rate
    var hostActiveSeconds: UInt32

    static var blank: SessionMeter {
        SessionMeter(
            datagramsFrom: 0,
            bytesFrom: 0,
            datagramsTo: 0,
            bytesTo: 0,
            window: .starting(.zero),
            last: Rate(),
            hostWindow: Rate(),
            hostActiveSeconds: 0
        )
    }
}
