internal import RelayNet

/// The places that a listener has for connections, and who gets one.
///
/// * One source (an IPv4 address, an IPv6 /64) has at most so many. Past them a new connection of it takes the place of
///   its own that is idle the longest.
/// * All together are at most so many. An eighth of them is kept for connections that proved an API key: once the rest is
///   taken, a new connection takes the place of the one that is idle the longest, of sources with many connections
///   first. Only where none is idle does it get one of the kept places, and keeps that only with a key.
/// * What proved a key gives way last, and never to strangers while such connections hold no more than what is kept.
/// * A connection that never had a request gives way before all others, but not in its first second: else many who come
///   at once would push each other out, and none would be served.
struct ConnectionPlaces {
    enum Refusal: String, Sendable, CaseIterable {
        /// Its source has as many as it may have, and none of them is idle.
        case source
        /// All places are taken, and none by an idle connection.
        case full
        /// Only the places for keys are left, and its first request had none.
        case kept
    }

    enum Admission: Equatable {
        /// It has a place; the other one, if any, has lost its own and is to be closed.
        case admitted(closing: UInt64?)
        case refused(Refusal)
    }

    private struct Place {
        /// `nil` for a trusted proxy or a Unix socket, which stand for many.
        let source: IPNetwork?
        let since: ContinuousClock.Instant
        var isProven = false
        /// Whether it never had a request.
        var isFresh = true
        /// Which of its idle times the current one is; `nil` while it is in use.
        var idleStamp: UInt64?
    }

    private struct Source {
        var count = 0
        var fresh = IdleQueue()
        var idle = IdleQueue()
    }

    /// Sources with so many connections or fewer give way after all others.
    private static let few = 4
    /// How long a connection has for its first request before others may have its place.
    private static let patience = Duration.seconds(1)

    private let total: Int
    private let perSource: Int
    /// How many places are kept for keys.
    private let kept: Int
    private var places: [UInt64: Place] = [:]
    private var sources: [IPNetwork: Source] = [:]
    private var fresh = IdleQueue()
    private var strangers = IdleQueue()
    private var proven = IdleQueue()
    private var provenCount = 0
    private var nextStamp: UInt64 = 0

    init(total: Int, perSource: Int) {
        self.total = total
        self.perSource = perSource
        kept = total / 8
    }

    /// How many places are taken.
    var count: Int { places.count }

    /// - Parameters:
    ///   - id: the new connection; it counts as idle until its first request.
    ///   - source: `nil` for one that stands for many.
    mutating func admit(_ id: UInt64, from source: IPNetwork?, now: ContinuousClock.Instant) -> Admission {
        var victim: UInt64?
        if let source, let held = sources[source]?.count, held >= perSource {
            guard let own = oldest(of: source, now) else { return .refused(.source) }
            victim = own
        } else if places.count >= total - kept {
            if let idle = oldestFresh(now) ?? oldestIdleStranger() {
                victim = idle
            } else if places.count >= total {
                guard provenCount > kept, let idle = oldestIdleProven() else { return .refused(.full) }
                victim = idle
            }
        }
        if let victim { remove(victim) }
        places[id] = Place(source: source, since: now)
        if let source { sources[source, default: Source()].count += 1 }
        setIdle(id)
        return .admitted(closing: victim)
    }

    /// Notes that the connection sent a valid API key.
    mutating func prove(_ id: UInt64) {
        guard let place = places[id], !place.isProven else { return }
        places[id]?.isProven = true
        provenCount += 1
        if place.idleStamp != nil { setIdle(id) }
    }

    /// Notes that a request has begun.
    /// - Returns: whether it may be served.
    mutating func setBusy(_ id: UInt64) -> Bool {
        guard let place = places[id] else { return true }
        places[id]?.idleStamp = nil
        places[id]?.isFresh = false
        return place.isProven || place.source == nil || places.count - provenCount <= total - kept
    }

    /// Notes that every request is answered.
    mutating func setIdle(_ id: UInt64) {
        guard let place = places[id] else { return }
        nextStamp += 1
        places[id]?.idleStamp = nextStamp
        let entry = IdleQueue.Entry(id: id, stamp: nextStamp)
        let places = places
        func isCurrent(_ entry: IdleQueue.Entry) -> Bool { places[entry.id]?.idleStamp == entry.stamp }
        if place.isFresh {
            fresh.append(entry, live: places.count, isCurrent: isCurrent)
        } else if place.isProven {
            proven.append(entry, live: provenCount, isCurrent: isCurrent)
        } else {
            strangers.append(entry, live: places.count, isCurrent: isCurrent)
        }
        guard let source = place.source, let held = sources[source]?.count else { return }
        if place.isFresh {
            sources[source]?.fresh.append(entry, live: held, isCurrent: isCurrent)
        } else {
            sources[source]?.idle.append(entry, live: held, isCurrent: isCurrent)
        }
    }

    /// Takes the place back. One that has none any more is no matter.
    mutating func remove(_ id: UInt64) {
        guard let place = places.removeValue(forKey: id) else { return }
        if place.isProven { provenCount -= 1 }
        guard let source = place.source else { return }
        sources[source]?.count -= 1
        if sources[source]?.count == 0 { sources.removeValue(forKey: source) }
    }

    private mutating func oldest(of source: IPNetwork, _ now: ContinuousClock.Instant) -> UInt64? {
        let places = places
        func isCurrent(_ entry: IdleQueue.Entry) -> Bool { places[entry.id]?.idleStamp == entry.stamp }
        let fresh = sources[source]?.fresh.oldest(isCurrent: isCurrent)
        if let fresh, Self.isLate(places[fresh], now) { return fresh }
        return sources[source]?.idle.oldest(isCurrent: isCurrent)
    }

    /// The longest that never had a request, if it had the time to.
    private mutating func oldestFresh(_ now: ContinuousClock.Instant) -> UInt64? {
        let places = places
        let oldest = fresh.oldest(isCurrent: { places[$0.id]?.idleStamp == $0.stamp })
        return oldest.flatMap { Self.isLate(places[$0], now) ? $0 : nil }
    }

    private mutating func oldestIdleStranger() -> UInt64? {
        let (places, sources) = (places, sources)
        return strangers.oldest(
            isCurrent: { entry in
                guard let place = places[entry.id], !place.isProven else { return false }
                return place.idleStamp == entry.stamp
            },
            prefers: { id in
                guard let source = places[id]?.source else { return false }
                return (sources[source]?.count ?? 0) > Self.few
            }
        )
    }

    private mutating func oldestIdleProven() -> UInt64? {
        let places = places
        return proven.oldest(isCurrent: { places[$0.id]?.idleStamp == $0.stamp })
    }

    private static func isLate(_ place: Place?, _ now: ContinuousClock.Instant) -> Bool {
        guard let place else { return false }
        return place.since.duration(to: now) >= patience
    }
}
