import CLinux
import Glibc

/// Processor time of another process, as the scheduler counts it.
enum ProcessorTime {
    /// PID_MAX_LIMIT of 64-bit Linux.
    private static let mostProcesses: Int32 = 1 << 22

    /// Nanoseconds that all threads of a process have spent on a processor, ended ones included; `nil` where there is no such
    /// process.
    ///
    /// The process's clock (clock_getcpuclockid(3)) is the sum of what its threads' schedstat show, and unlike these it is
    /// exact for a thread that runs, and does not fall when one ends.
    static func ofProcess(_ process: Int32) -> UInt64? {
        // A larger number does not fit the clock's, and would name another process.
        guard process > 0, process <= mostProcesses else { return nil }
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
