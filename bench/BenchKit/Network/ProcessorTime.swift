import CLinux
import Glibc

/// Processor time of another process, as the scheduler counts it.
enum ProcessorTime {
    /// Nanoseconds that all threads of a process have spent on a processor, ended ones included; `nil` where there is no such
    /// process.
    ///
    /// The process's clock (clock_getcpuclockid(3)) is the sum of what its threads' schedstat show, and unlike these it is
    /// exact for a thread that runs, and does not fall when one ends.
    static func ofProcess(_ process: Int32) -> UInt64? {
        var clock = clockid_t()
        var time = timespec()
        guard process > 0, clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
