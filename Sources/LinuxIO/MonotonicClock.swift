internal import Glibc

/// The monotonic clock, read without a system call (vDSO).
package enum MonotonicClock {
    /// Milliseconds since some start, at the kernel's tick resolution (1–4 ms): cheap, and fine enough for every rule.
    package static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(time.tv_sec) &* 1_000 &+ UInt64(time.tv_nsec) / 1_000_000
    }
}
