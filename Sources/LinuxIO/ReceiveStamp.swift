internal import CLinux
internal import Glibc

/// When a datagram came to the machine, by the kernel's stamp: nanoseconds of CLOCK_REALTIME.
@frozen
public struct ReceiveStamp: Sendable {
    @usableFromInline var nanoseconds: Int64

    /// The kernel did not say.
    public static var unknown: ReceiveStamp { ReceiveStamp(nanoseconds: 0) }

    /// Whether the kernel said.
    @inlinable public var isKnown: Bool { nanoseconds != 0 }

    @inlinable init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    init(_ time: timespec) { nanoseconds = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }

    static var now: ReceiveStamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return ReceiveStamp(time)
    }

    static func < (left: ReceiveStamp, right: ReceiveStamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds since then; 0 where the clock was set back meanwhile.
    public func age() -> UInt64 {
        UInt64(max(0, Self.now.nanoseconds &- nanoseconds))
    }
}
