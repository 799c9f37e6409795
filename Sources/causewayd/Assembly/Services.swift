import Glibc
import Logging
import RelayControl
import ServiceLifecycle

/// Work that goes on beside the API until the daemon is asked to stop.
struct BackgroundService: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await body()
            } catch is CancellationError {
                return
            }
        }
    }
}

/// Restores the sessions of the last run while the API already answers 503.
struct RestoreService: Service {
    let sessions: SessionService
    let lobbies: LobbyService
    let logger: Logger
    /// Whether games are going on from the memory of the process before: then a database that cannot be read is tried again
    /// and again, since ending would end them too.
    let keepsTrying: Bool
    let onSessionEnd: @Sendable (String) -> Void
    let whenReady: @Sendable () async -> Void

    func run() async throws {
        await sessions.observeEnds(onSessionEnd)
        guard try await restore() else { return }
        await cancelWhenGracefulShutdown { await whenReady() }
        // A service that ends by itself while the others are being stopped would count as a failure.
        try? await gracefulShutdown()
    }

    /// - Returns: false where the daemon was asked to stop while it waited to try again.
    private func restore() async throws -> Bool {
        while true {
            do {
                try await sessions.restore()
                try await lobbies.restore()
                return true
            } catch {
                guard keepsTrying else { throw error }
                logger.error(
                    "the database cannot be read; games go on, the API does not, and it is tried again every 2 s: \(error)"
                )
            }
            // Only the pause may be cut short: a restore that is cancelled in the middle would look like a broken database.
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(2)) }
            } catch {
                return false
            }
        }
    }
}

/// A clock that nobody sets: for ages.
enum Uptime {
    /// Seconds since some start.
    @Sendable static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// The time of day.
enum WallClock {
    /// Seconds since 1970.
    @Sendable static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
