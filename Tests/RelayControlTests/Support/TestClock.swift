import Synchronization

/// Seconds since 1970 that pass only when the test says so.
final class TestClock: Sendable {
    private let seconds = Mutex<Double>(1_700_000_000)

    var now: Double { seconds.withLock { $0 } }

    func advance(by pause: Double) { seconds.withLock { $0 += pause } }
}
