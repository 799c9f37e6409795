internal import Logging
internal import Synchronization

/// Warns of what strangers can cause as often as they like: of each kind once a minute, with how often it happened since.
final class SparseLog: Sendable {
    /// What is warned of.
    enum Kind: Hashable, Sendable {
        case untrustedProxy, unreadProxyHeader, foreignHost, foreignPage, sharedSource
    }

    private struct Silence {
        var until: ContinuousClock.Instant
        var count = 0
    }

    private static let pause = Duration.seconds(60)

    private let logger: Logger
    private let silences = Mutex<[Kind: Silence]>([:])

    init(_ logger: Logger) { self.logger = logger }

    func warn(
        _ kind: Kind,
        _ message: @autoclosure () -> String,
        requestID: String,
        now: ContinuousClock.Instant = .now
    ) {
        let missed: Int? = silences.withLock { silences in
            if let silence = silences[kind], now < silence.until {
                silences[kind]?.count += 1
                return nil
            }
            defer { silences[kind] = Silence(until: now + Self.pause) }
            return silences[kind]?.count ?? 0
        }
        guard let missed else { return }
        let more = missed > 0 ? " (\(missed) more like this since the last time)" : ""
        logger.warning("\(message().withoutControls)\(more)", metadata: ["request": "\(requestID)"])
    }
}
