import Logging
import RelayCore
import RelayPlane
import ServiceLifecycle

/// Tells the log once a second what the data plane's counters show, and no more often than a reader can bear.
struct DropReporter: Service {
    let plane: RelayPlane
    let logger: Logger
    private let before: [PlaneCondition: UInt64]

    init(plane: RelayPlane, logger: Logger) {
        self.plane = plane
        self.logger = logger
        before = Self.totals(plane)
    }

    private static func totals(_ plane: RelayPlane) -> [PlaneCondition: UInt64] {
        PlaneCondition.totals(plane.counters, overflows: plane.kernelLosses.overflows)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var log = DropLog(since: before)
            let start = ContinuousClock.now
            while true {
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                let now = (ContinuousClock.now - start) / .seconds(1)
                for line in log.lines(Self.totals(plane), now: now) {
                    let failure = plane.counters.compactMap(\.lastSendFailure).last
                    logger.log(
                        level: line.condition.level,
                        "\(line.condition.words(failure))",
                        metadata: ["reason": "\(line.condition.label)", "datagrams": "\(line.count)"]
                    )
                }
            }
        }
    }
}
