/// Datagrams and bytes in one word, so that both are counted at once: datagrams in the upper half, bytes in the lower. A
/// second's worth: at 64 bytes each the lower half lasts for 67 million datagrams.
@frozen
public struct Amount: Sendable, Equatable {
    @usableFromInline var word: UInt64

    static var zero: Amount { Amount(word: 0) }

    var datagrams: UInt32 { UInt32(truncatingIfNeeded: word &>> 32) }
    var bytes: UInt32 { UInt32(truncatingIfNeeded: word) }
    var rate: Rate { Rate(datagrams: datagrams, bytes: bytes) }

    @inline(__always)
    mutating func count(_ length: Int) {
        word &+= 1 &<< 32 | UInt64(truncatingIfNeeded: length)
    }
}

/// A second in which datagrams are counted. It begins with the first one that is counted after the last second is over, so
/// that none of these seconds sees more than the limit, and no other one more than twice as much.
struct RateWindow {
    static let length: UInt32 = 1_000

    var sent: Amount
    var start: Stamp

    static func starting(_ now: Stamp) -> RateWindow { RateWindow(sent: .zero, start: now) }

    /// Milliseconds since it began. Modulo 2³², unlike `Stamp.age`: a window that nobody looked at for weeks is over, too.
    @inline(__always)
    func age(_ now: Stamp) -> UInt32 { now.milliseconds &- start.milliseconds }

    @inline(__always)
    mutating func count(_ length: Int, _ now: Stamp) {
        if sent.word == 0 { start = now }
        sent.count(length)
    }

    /// The last whole second's rate. `before` is that of the window before this one.
    func lastRate(_ now: Stamp, before: Rate) -> Rate {
        switch age(now) {
        case ..<Self.length: before
        case ..<(2 * Self.length): sent.rate
        default: Rate()
        }
    }
}
