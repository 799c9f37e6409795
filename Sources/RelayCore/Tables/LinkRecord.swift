/// How well an endpoint's datagrams arrive, told by its PINGs. Rarely touched: with every PING, gap and move.
struct LinkRecord {
    private var lastPing: Stamp
    /// Milliseconds between the last two PINGs, plus 1; 0 where that is not known.
    private var previousInterval: UInt32
    /// Sixteenths of a millisecond (RFC 3550, A.8).
    private var jitter: UInt32
    /// Milliseconds between two PINGs as this sender means it, less `defaultInterval`.
    private var usualLess: Int16
    /// Intervals in a row that are alike, and not what was taken for usual.
    private var steady: UInt8
    /// PINGs that the last pause has made missing, and that may still come late.
    private var late: UInt8
    private var pings: UInt32
    private var missed: UInt32
    private var gaps: UInt32
    private var longestGap: UInt32
    private var lastGapAt: Stamp
    private var moves: UInt32
    private var rejoins: UInt32

    static var blank: LinkRecord {
        LinkRecord(
            lastPing: .zero,
            previousInterval: 0,
            jitter: 0,
            usualLess: 0,
            steady: 0,
            late: 0,
            pings: 0,
            missed: 0,
            gaps: 0,
            longestGap: 0,
            lastGapAt: .zero,
            moves: 0,
            rejoins: 0
        )
    }

    /// All shipped transports' (wire-protocol: "every 0.5 s").
    private static let defaultInterval: Int32 = 500
    /// A pause longer than this tells nothing of the link.
    private static let longestInterval: UInt32 = 10_000
    /// So many intervals alike in a row are a habit, not loss.
    private static let habit: UInt8 = 8
    /// Milliseconds: what comes faster than this is a burst, nobody's pace.
    private static let shortestHabit: Int32 = 20

    /// A silence of this many milliseconds is a gap: two PINGs are missing.
    static let shortestGap: UInt32 = 1_000

    mutating func notePing(_ now: Stamp) {
        if pings > 0 {
            let interval = now.age(since: lastPing)
            if interval < Self.longestInterval { note(Int32(interval)) } else { previousInterval = 0 }
        }
        lastPing = now
        pings &+= 1
    }

    private mutating func note(_ interval: Int32) {
        let usual = Self.defaultInterval + Int32(usualLess)
        let previous = Int32(previousInterval) - 1
        if previous >= 0 {
            // J += (|D| - J) / 16, in sixteenths. A PING that is missing says nothing of how late the others are.
            let variation = Self.rest(interval, usual) - Self.rest(previous, usual)
            jitter = jitter &+ UInt32(variation.magnitude) &- (jitter &+ 8) >> 4
        }
        previousInterval = UInt32(interval) + 1
        let isUsual = interval * 4 > usual * 3 && interval * 2 < usual * 3
        if isUsual {
            (steady, late) = (0, 0)
            return
        }
        if interval * 2 < usual, late > 0, missed > 0 {
            // A stall ends with all at once what was held up: late, and not lost.
            late -= 1
            missed -= 1
            return
        }
        let skipped = Self.skipped(interval, usual)
        missed &+= UInt32(skipped)
        if skipped > 0 { late = UInt8(clamping: skipped) }
        let isLikeBefore = previous >= 0 && (interval - previous).magnitude * 8 <= UInt32(previous)
        steady = isLikeBefore ? min(steady, Self.habit) + 1 : 1
        if steady >= Self.habit, interval >= Self.shortestHabit {
            // This one pings at its own pace: nothing was missing.
            missed -= min(missed, UInt32(skipped) * UInt32(Self.habit))
            usualLess = Int16(truncatingIfNeeded: interval - Self.defaultInterval)
            steady = 0
        }
    }

    /// An interval without the whole ones that missing PINGs make it longer by.
    @inline(__always)
    private static func rest(_ interval: Int32, _ usual: Int32) -> Int32 {
        interval * 2 < usual * 3 ? interval : interval - skipped(interval, usual) * usual
    }

    /// PINGs that are missing between two.
    private static func skipped(_ interval: Int32, _ usual: Int32) -> Int32 {
        max(0, (interval + usual / 2) / usual - 1)
    }

    /// Counts a silence; one that is too short is none.
    mutating func noteGap(_ silence: UInt32, _ now: Stamp) {
        guard silence >= Self.shortestGap else { return }
        gaps &+= 1
        longestGap = max(longestGap, silence)
        lastGapAt = now
    }

    mutating func noteMove() { moves &+= 1 }

    mutating func noteRejoin() { rejoins &+= 1 }

    func quality(_ now: Stamp) -> LinkQuality {
        LinkQuality(
            pings: UInt64(pings),
            missedPings: UInt64(missed),
            jitter: pings >= 3 ? Double(jitter) / 16 : nil,
            gaps: UInt64(gaps),
            longestGap: longestGap,
            lastGapAge: gaps > 0 ? now.age(since: lastGapAt) : nil,
            moves: UInt64(moves),
            rejoins: UInt64(rejoins)
        )
    }

    /// Keeps stamps young enough to tell their age.
    mutating func age(_ now: Stamp) {
        lastPing = lastPing.clamped(to: now)
        lastGapAt = lastGapAt.clamped(to: now)
    }

    /// Makes what another process wrote safe to count on with. What came while nobody listened is not missing.
    mutating func resume(_ now: Stamp) {
        previousInterval = 0
        lastPing = Stamp(milliseconds: now.milliseconds &- Self.longestInterval)
        late = 0
        if usualLess < Int16(Self.shortestHabit - Self.defaultInterval) || usualLess > Int16(Self.longestInterval) {
            usualLess = 0
        }
        steady = min(steady, Self.habit)
        lastGapAt = lastGapAt.clamped(to: now)
    }
}
