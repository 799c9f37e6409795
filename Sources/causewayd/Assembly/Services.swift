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
    let onSessionEnd: @Sendable (String) -> Void
    let whenReady: @Sendable () async -> Void

    func run() async throws {
        await sessions.observeEnds(onSessionEnd)
        try await sessions.restore()
        try await lobbies.restore()
        logger.info("ready")
        await whenReady()
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
