internal import Glibc
package import RelayMetrics
internal import Synchronization

/// When the served certificate ends, for metrics and warnings.
package final class CertificateExpiry: Sendable {
    /// Days before the end at which there is a warning.
    static let warningDays = [30, 7, 1]

    private struct State {
        var ends: Int?
        /// The least of the days for which there was a warning; -1 once it has ended.
        var warned: Int?
    }

    private let state = Mutex(State())

    package init() {}

    /// Takes note of what is served from now on.
    func serve(_ credentials: TLSCredentials) { serve(endingAt: credentials.ends) }

    func serve(endingAt ends: Int) {
        state.withLock { if $0.ends != ends { $0 = State(ends: ends) } }
    }

    /// What there is to say that was not said yet, once for each of the days.
    /// - Parameter now: seconds since 1970.
    func warning(now: Int) -> (words: String, hasEnded: Bool)? {
        state.withLock { state in
            guard let ends = state.ends else { return nil }
            let left = ends - now
            let mark: Int
            if left <= 0 {
                mark = -1
            } else {
                guard let days = Self.warningDays.last(where: { left <= $0 * 86_400 }) else { return nil }
                mark = days
            }
            if let warned = state.warned, warned <= mark { return nil }
            state.warned = mark
            let end = HTTPDate.text(ends)
            if left <= 0 {
                return ("the certificate has ended on \(end), so clients refuse it: renew it and reload", true)
            }
            let time = left >= 2 * 86_400 ? "\(left / 86_400) days" : "\(max(1, left / 3600)) hours"
            return ("the certificate ends in \(time), on \(end): renew it and reload", false)
        }
    }

    /// What `/metrics` shows; no sample without TLS.
    package var family: MetricFamily {
        var family = MetricFamily(
            "causeway_tls_certificate_end_timestamp_seconds",
            .gauge,
            help: "When the first certificate of the served chain to end ends, in seconds since 1970."
        )
        if let ends = state.withLock({ $0.ends }) { family.add(UInt64(max(0, ends))) }
        return family
    }
}
