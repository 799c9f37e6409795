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
    private struct Bucket {
        var level: Double
        var filledAt: ContinuousClock.Instant
    }

    private let buckets = Mutex<[String: Bucket]>([:])

    /// Takes one call out of the key's bucket.
    /// - Returns: `nil` where there was one, else the seconds until there is, at least 1.
    func take(key: String, rate: CallRate, now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            var bucket = buckets[key] ?? Bucket(level: rate.burst, filledAt: now)
            let passed = max(0, bucket.filledAt.duration(to: now) / .seconds(1))
            bucket.level = min(rate.burst, bucket.level + passed * rate.perSecond)
            bucket.filledAt = now
            defer { buckets[key] = bucket }
            guard bucket.level < 1 else {
                bucket.level -= 1
                return nil
            }
            return Int(min(3600, max(1, ((1 - bucket.level) / rate.perSecond).rounded(.up))))
        }
    }
}
