/// Which KCP connection a client's payload belongs to, as far as kcp2k (1.34 and later) says: its cookie stands in bytes 1 to 4,
/// behind the channel, and is all zeros until the host has answered.
public enum KCPPacket {
    /// The shortest payload that can hold a cookie and something after it, in bytes.
    @inlinable public static var shortestWithCookie: Int { 6 }

    /// Whether the payload of `length` bytes at `payload` is of a connection that the host has answered: reliable (1) or
    /// unreliable (2), with a cookie.
    @inline(__always)
    @inlinable public static func carriesCookie(_ payload: UnsafeRawPointer, length: Int) -> Bool {
        guard length >= shortestWithCookie else { return false }
        let channel = payload.load(as: UInt8.self)
        return (channel == 1 || channel == 2) && payload.loadUnaligned(fromByteOffset: 1, as: UInt32.self) != 0
    }

    /// Whether the payload is of a connection that no host has answered yet: a reliable segment without cookie and
    /// conversation, whatever its sequence number. A fresh client sends its hello again, and from its first second on also a
    /// ping, which is the second segment. Looser tests match older kcp2k versions and would take a NAT rebind for a rejoin.
    @inlinable public static func isFresh(_ payload: UnsafeRawPointer, length: Int) -> Bool {
        guard length >= KCPHello.minimumLength else { return false }
        return payload.load(as: UInt8.self) == 1
            && payload.loadUnaligned(fromByteOffset: 1, as: UInt64.self) == 0
            && payload.load(fromByteOffset: 9, as: UInt8.self) == 81
    }
}
