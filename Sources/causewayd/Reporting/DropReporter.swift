import Logging
import RelayCore
import ServiceLifecycle

/// Tells the log once a second what the data plane's counters show, and no more often than a reader can bear.
struct DropReporter: Service {
    let counters: [CounterPage]
    let logger: Logger
    private let before: [PlaneCondition: UInt64]

    init(counters: [CounterPage], logger: Logger) {
        self.counters = counters
        self.logger = logger
        before = PlaneCondition.totals(counters)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var log = DropLog(since: before)
            let start = ContinuousClock.now
            while true {
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                let now = (ContinuousClock.now - start) / .seconds(1)
                for line in log.lines(PlaneCondition.totals(counters), now: now) {
                    logger.log(
                        level: line.condition.level,
                        "\(line.condition.words)",
                        metadata: ["reason": "\(line.condition.label)", "datagrams": "\(line.count)"]
                    )
                }
            }
        }
    }
}
