internal import Synchronization

/// How often a key may make the calls that take something scarce: `burst` at once, then `perSecond`.
package struct CallRate: Sendable, Equatable {
    /// More than 0.
    package var perSecond: Double
    /// At least 1.
    package var burst: Double

    package init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// Counts calls by key: a bucket for each, filled at the rate. There are as many buckets as keys in the configuration.
final class KeyRateLimiter: Sendable {
    private let buckets = Mutex<[String: CallBucket]>([:])

    /// Takes one call out of the key's bucket.
    /// - Returns: `nil` where there was one, else the seconds until there is, at least 1.
    func take(key: String, rate: CallRate, now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            buckets[key, default: CallBucket(rate, now: now)].take(at: rate, now: now)
        }
    }
}
