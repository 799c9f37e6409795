import CLinux
import Glibc

/// The sockets of one thread, watched for arriving datagrams (level-triggered epoll).
struct EventQueue: ~Copyable {
    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private let capacity: Int32 = 256
    private var hasNanosecondWait = true

    init() throws(SystemCallError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .last("epoll_create1") }
        events = .allocate(capacity: Int(capacity))
        events.initialize(repeating: epoll_event(), count: Int(capacity))
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Watches a socket; `tag` names it in ``tag(at:)``.
    func watch(_ socket: Int32, tag: UInt32) throws(SystemCallError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = UInt64(tag)
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event) == 0 else { throw .last("epoll_ctl") }
    }

    /// Waits until a socket has something or `nanoseconds` have passed; returns the number of ready sockets.
    mutating func wait(nanoseconds: UInt64) -> Int {
        if nanoseconds == 0 { return Int(max(0, epoll_wait(descriptor, events, capacity, 0))) }
        if hasNanosecondWait {
            var time = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000),
                tv_nsec: Int(nanoseconds % 1_000_000_000)
            )
            let count = epoll_pwait2(descriptor, events, capacity, &time, nil)
            if count >= 0 || (errno != ENOSYS && errno != EPERM) { return Int(max(0, count)) }
            // Kernels before 5.11, and sandboxes that do not know the call.
            hasNanosecondWait = false
        }
        return Int(max(0, epoll_wait(descriptor, events, capacity, Int32(nanoseconds / 1_000_000) + 1)))
    }

    /// The tag of the ready socket at `index` of the last wait.
    @inline(__always)
    func tag(at index: Int) -> Int { Int(truncatingIfNeeded: events[index].data.u64) }
}
