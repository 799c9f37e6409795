/// A moment as the tables keep it: milliseconds of the monotonic clock, modulo 2³². Ages up to 2³¹ ms (24 days) can be told;
/// the sweep keeps every stamp in the tables younger than that.
@frozen
public struct Stamp: Sendable, Equatable {
    public var milliseconds: UInt32

    @inlinable public init(milliseconds: UInt32) {
        self.milliseconds = milliseconds
    }

    /// - Parameter now: milliseconds of the monotonic clock.
    @inlinable public init(now: UInt64) {
        milliseconds = UInt32(truncatingIfNeeded: now)
    }

    /// Milliseconds since `earlier`; 0 where `earlier` is later.
    @inlinable public func age(since earlier: Stamp) -> UInt32 {
        let difference = Int32(bitPattern: milliseconds &- earlier.milliseconds)
        return difference < 0 ? 0 : UInt32(difference)
    }

    /// This moment, or `longestAge` before `now` where it is older: old enough for every rule, and never taken for new.
    func clamped(to now: Stamp) -> Stamp {
        now.age(since: self) > Self.longestAge ? Stamp(milliseconds: now.milliseconds &- Self.longestAge) : self
    }

    /// Twenty days in milliseconds: no limit may be longer.
    public static let longestAge: UInt32 = 20 * 86_400_000
}
