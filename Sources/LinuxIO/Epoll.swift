internal import CLinux
internal import Glibc

/// An epoll(7) instance, level-triggered, for reading. One thread waits on it.
package struct Epoll: ~Copyable {
    private let descriptor: Descriptor
    private let events: UnsafeMutablePointer<epoll_event>
    private static let capacity: Int32 = 256

    package init() throws(SystemCallError) {
        descriptor = Descriptor(try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        events = .allocate(capacity: Int(Self.capacity))
    }

    deinit {
        events.deallocate()
    }

    /// - Parameter tag: comes back from `wait` for this descriptor.
    package func add(_ number: Int32, tag: UInt64) throws(SystemCallError) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: tag))
        try systemCall("epoll_ctl") { epoll_ctl(descriptor.number, EPOLL_CTL_ADD, number, &event) }
    }

    /// Waits until something is readable or the time is over.
    /// - Parameter timeout: milliseconds; −1 waits for ever.
    /// - Returns: how many tags `tag(at:)` has; 0 also where a signal came.
    package func wait(timeout: Int32 = -1) throws(SystemCallError) -> Int {
        let count = epoll_wait(descriptor.number, events, Self.capacity, timeout)
        if count >= 0 { return Int(count) }
        if errno == EINTR { return 0 }
        throw SystemCallError("epoll_wait")
    }

    package func tag(at index: Int) -> UInt64 { events[index].data.u64 }
}
