import Logging
import RelaySystemd
import ServiceLifecycle
import Synchronization

/// Keeps the line that `systemctl status` shows up to date, and says when the daemon begins to stop.
struct StatusService: Service {
    let report: ServiceReport
    /// Before that the line belongs to the start.
    let isReady: @Sendable () async -> Bool

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                var shown = ""
                while true {
                    do { try await Task.sleep(for: .seconds(5)) } catch { return }
                    guard await isReady() else { continue }
                    let words = await report.words()
                    if words != shown { report.notifier.status(words) }
                    shown = words
                }
            }
        } onGracefulShutdown: {
            report.notifier.stopping()
        }
    }
}

/// Feeds the service manager's watchdog at half its patience, as long as workers and control plane are alive.
final class WatchdogService: Service {
    private let interval: Duration
    private let feed: @Sendable () -> Void
    private let isAlive: @Sendable () async -> Bool
    private let logger: Logger
    /// When the question was asked that is not answered yet.
    private let asked = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameters:
    ///   - interval: the manager's patience.
    ///   - isAlive: may take as long as it likes, and never return.
    init(
        interval: Duration,
        feed: @escaping @Sendable () -> Void,
        isAlive: @escaping @Sendable () async -> Bool,
        logger: Logger
    ) {
        self.interval = interval
        self.feed = feed
        self.isAlive = isAlive
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while true {
                ask()
                do { try await Task.sleep(for: interval / 2) } catch { return }
            }
        }
    }

    private func ask() {
        let now = ContinuousClock.now
        let since = asked.withLock { asked in
            defer { asked = asked ?? now }
            return asked
        }
        if let since {
            logger.error("no sign of life from the workers or the control plane for \(now - since)")
            return
        }
        // A task of its own: one that waits for an answer that never comes cannot be cancelled.
        Task { [self] in
            let isAlive = await isAlive()
            asked.withLock { $0 = nil }
            if !isAlive { logger.critical("a worker has stopped") }
            if isAlive, ContinuousClock.now - now < interval { feed() }
        }
    }
}
