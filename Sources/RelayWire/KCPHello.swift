/// The first datagram of a fresh kcp2k connection, inside a client's DATA payload.
///
/// kcp2k 1.34 and later: channel (1 byte, 1 = reliable), cookie (4), then a KCP segment: conversation (4), command (1, 81 =
/// push), fragment (1), window (2), timestamp (4), sequence number (4), unacknowledged (4), length (4). A fresh client has no
/// cookie yet, its first segment has sequence number 0, and what it carries is one byte, 1: hello.
public enum KCPHello {
    /// The shortest payload that can be a hello, in bytes; also the length of one that stands alone.
    @inlinable public static var minimumLength: Int { 30 }

    /// Whether the payload of `length` bytes at `payload` begins with a fresh connection's first segment.
    @inlinable public static func matches(_ payload: UnsafeRawPointer, length: Int) -> Bool {
        KCPPacket.isFresh(payload, length: length)
            && payload.loadUnaligned(fromByteOffset: 17, as: UInt32.self) == 0
    }

    /// Whether the payload is a hello and nothing else, to the last byte that is always the same. Window and timestamp vary.
    @inlinable public static func matchesExactly(_ payload: UnsafeRawPointer, length: Int) -> Bool {
        guard length == minimumLength, matches(payload, length: length) else { return false }
        return payload.load(fromByteOffset: 10, as: UInt8.self) == 0
            && payload.loadUnaligned(fromByteOffset: 21, as: UInt32.self) == 0
            && UInt32(littleEndian: payload.loadUnaligned(fromByteOffset: 25, as: UInt32.self)) == 1
            && payload.load(fromByteOffset: 29, as: UInt8.self) == 1
    }
}
