import Logging
import RelayControl
import RelaySystemd
import ServiceLifecycle
import UnixSignals

/// SIGHUP reloads, SIGUSR1 drains.
struct SignalService: Service {
    let reloader: Reloader
    let sessions: SessionService
    let serviceReport: ServiceReport?
    let logger: Logger

    func run() async throws {
        for await signal in await UnixSignalsSequence(trapping: .sighup, .sigusr1).cancelOnGracefulShutdown() {
            if signal == .sighup {
                serviceReport?.notifier.reloading()
                await reloader.reload()
                await serviceReport?.ready()
            } else {
                await sessions.drain()
                logger.notice("draining: no new sessions; the daemon stops when the last one has ended")
            }
        }
    }
}

/// Returns, and so stops the daemon, once a drain has come to its end.
struct DrainService: Service {
    let sessions: SessionService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while true {
                do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
                switch await sessions.drainProgress.verdict {
                case .serving, .waiting: continue
                case .finished(.fewEnough(0)): logger.notice("drained: the last session has ended")
                case .finished(.fewEnough(let left)):
                    logger.notice("drained: few enough sessions are left", metadata: ["sessions": "\(left)"])
                case .finished(.deadline(let left)):
                    logger.warning(
                        "the drain's deadline has passed; the sessions that are left wait for the next start",
                        metadata: ["sessions": "\(left)"]
                    )
                }
                return
            }
        }
    }
}
