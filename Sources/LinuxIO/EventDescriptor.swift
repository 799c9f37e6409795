internal import CLinux
internal import Glibc

/// An eventfd(2): lets one thread wake another out of `epoll_wait`.
package struct EventDescriptor: ~Copyable, Sendable {
    private let descriptor: Descriptor

    package init() throws(SystemCallError) {
        descriptor = Descriptor(
            try systemCall("eventfd") { eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) }
        )
    }

    package var number: Int32 { descriptor.number }

    /// Wakes whoever waits.
    package func signal() {
        var one: UInt64 = 1
        _ = write(descriptor.number, &one, 8)
    }

    /// Takes all signals so far.
    package func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.number, &count, 8)
    }
}
