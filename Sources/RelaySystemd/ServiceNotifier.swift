internal import CSystemd
internal import Glibc

/// Tells the service manager how the service is (sd_notify(3)).
package struct ServiceNotifier: Sendable {
    /// The manager ends the service when it hears nothing for this long; `nil` where it does not watch.
    package let watchdogInterval: Duration?

    private init(watchdogInterval: Duration?) { self.watchdogInterval = watchdogInterval }

    /// `nil` without `NOTIFY_SOCKET`: there is nobody to tell.
    package static func connect() -> ServiceNotifier? {
        guard hasSocket else { return nil }
        var microseconds: UInt64 = 0
        let isWatched = sd_watchdog_enabled(0, &microseconds) > 0
        return ServiceNotifier(
            watchdogInterval: isWatched ? .microseconds(Int64(clamping: microseconds)) : nil
        )
    }

    static var hasSocket: Bool { getenv("NOTIFY_SOCKET").map { $0.pointee != 0 } ?? false }

    /// The service does its work: after the start, or after a reload.
    package func ready(status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }

    /// One line for `systemctl status`.
    package func status(_ words: String) { send("STATUS=\(Self.line(words))") }

    /// A reload begins; `ready` ends it.
    package func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
        // The time is what Type=notify-reload of systemd 253 and later goes by; older ones do not look at it.
        send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// The service has begun to stop.
    package func stopping() { send("STOPPING=1") }

    /// A sign of life for `WatchdogSec=`.
    package func watchdog() { send("WATCHDOG=1") }

    private func send(_ state: String) { _ = sd_notify(0, state) }

    /// A line break would begin another assignment.
    private static func line(_ words: String) -> String {
        String(words.map { $0.isNewline ? " " : $0 })
    }
}
