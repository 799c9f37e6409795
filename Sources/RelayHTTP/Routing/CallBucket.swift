/// Calls that may still be made at once: filled at a rate, up to its burst.
struct CallBucket: Sendable {
    private var level: Double
    private(set) var filledAt: ContinuousClock.Instant

    /// Starts full.
    init(_ rate: CallRate, now: ContinuousClock.Instant) {
        level = rate.burst
        filledAt = now
    }

    /// Takes one call.
    /// - Returns: `nil` where there was one, else the seconds until there is, 1 … 3600.
    mutating func take(at rate: CallRate, now: ContinuousClock.Instant) -> Int? {
        let passed = max(0, filledAt.duration(to: now) / .seconds(1))
        level = min(rate.burst, level + passed * rate.perSecond)
        filledAt = now
        guard level < 1 else {
            level -= 1
            return nil
        }
        return Int(min(3600, max(1, ((1 - level) / rate.perSecond).rounded(.up))))
    }
}
