internal import RelayControl
internal import Synchronization

/// Bounds how often a source address calls the lobby service. Polling every fifth of a second is what clients do, and
/// several players may sit behind one address.
final class AddressRateLimiter: Sendable {
    private static let reads = CallRate(perSecond: 1_000, burst: 4_000)
    private static let writes = CallRate(perSecond: 200, burst: 2_000)
    /// Above so many sources, those that are quiet are forgotten; where all are busy, new ones share a bucket.
    private static let maxSources = 20_000

    private struct Key: Hashable {
        var source: String
        var isRead: Bool
    }

    private let buckets = Mutex<[Key: CallBucket]>([:])

    /// Takes one call out of the source's bucket.
    /// - Returns: `nil` where there was one, else the seconds until there is, at least 1.
    func take(from source: String, isRead: Bool, now: ContinuousClock.Instant = .now) -> Int? {
        let rate = isRead ? Self.reads : Self.writes
        return buckets.withLock { buckets in
            var key = Key(source: source, isRead: isRead)
            if buckets[key] == nil, buckets.count >= Self.maxSources {
                buckets = buckets.filter { entry in
                    let rate = entry.key.isRead ? Self.reads : Self.writes
                    return entry.value.filledAt.duration(to: now) / .seconds(1) < rate.burst / rate.perSecond
                }
                if buckets.count >= Self.maxSources { key.source = "others" }
            }
            return buckets[key, default: CallBucket(rate, now: now)].take(at: rate, now: now)
        }
    }
}
