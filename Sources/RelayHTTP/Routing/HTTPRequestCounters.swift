internal import HTTPTypes
package import RelayMetrics
internal import Synchronization

/// Counts answered requests by route, method and class of status.
///
/// The labels are bounded: routes are templates of the API, requests for anything else count as `other`.
package final class HTTPRequestCounters: Sendable {
    private struct Key: Hashable, Comparable {
        let route: String
        let method: String
        let statusClass: Int

        static func < (one: Key, other: Key) -> Bool {
            (one.route, one.method, one.statusClass) < (other.route, other.method, other.statusClass)
        }
    }

    private let counts = Mutex<[Key: UInt64]>([:])

    package init() {}

    func count(route: Route?, statusCode: Int) {
        let key = Key(
            route: route?.template ?? "other",
            method: route?.method.rawValue ?? "other",
            statusClass: statusCode / 100
        )
        counts.withLock { $0[key, default: 0] += 1 }
    }

    /// The counts so far, ordered.
    package var family: MetricFamily {
        var family = MetricFamily(
            "causeway_http_requests_total",
            .counter,
            help: "Requests that the HTTP API answered, by route and status."
        )
        for (key, count) in counts.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            family.add(
                count,
                labels: [
                    .init("route", key.route), .init("method", key.method), .init("status", "\(key.statusClass)xx"),
                ]
            )
        }
        return family
    }
}
