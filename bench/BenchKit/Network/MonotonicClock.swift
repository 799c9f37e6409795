import CLinux
import Glibc

/// The clocks a run reads, in nanoseconds.
enum MonotonicClock {
    /// Time since an arbitrary point, never set back (CLOCK_MONOTONIC).
    @inline(__always)
    static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// The wall clock, on which the kernel stamps datagrams.
    @inline(__always)
    static func wall() -> UInt64 { read(CLOCK_REALTIME) }

    /// Processor time the calling thread has used.
    static func ofThread() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// Processor time this process has used, that of its ended threads included.
    static func ofProcess() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    @inline(__always)
    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
