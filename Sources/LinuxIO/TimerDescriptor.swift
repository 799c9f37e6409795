internal import CLinux
internal import Glibc

/// A timerfd(2) that becomes readable again and again.
///
/// Waiting for it costs a thread that sleeps and wakes a thousand times a second nothing, where a time limit of
/// `epoll_wait` is set and cancelled with every sleep (bench/LOG.md).
package struct TimerDescriptor: ~Copyable, Sendable {
    private let descriptor: Descriptor

    package init() throws(SystemCallError) {
        descriptor = Descriptor(
            try systemCall("timerfd_create") { timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC)) }
        )
    }

    package var number: Int32 { descriptor.number }

    /// Becomes readable every so many milliseconds (1 or more) from now on; 0 stops it.
    package func start(everyMilliseconds interval: Int) {
        let time = timespec(tv_sec: interval / 1_000, tv_nsec: interval % 1_000 * 1_000_000)
        var setting = itimerspec(it_interval: time, it_value: time)
        timerfd_settime(descriptor.number, 0, &setting, nil)
    }

    /// Takes what has come due.
    package func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.number, &count, 8)
    }
}
