/// The first datagram of a fresh kcp2k connection, inside a client's DATA payload.
///
/// kcp2k 1.34 and later: channel (1 byte, 1 = reliable), cookie (4), then a KCP segment: conversation (4), command (1, 81 =
/// push), fragment (1), window (2), timestamp (4), sequence number (4), unacknowledged (4), length (4). A fresh client has no
/// cookie yet, and its first segment has sequence number 0. Looser tests match every packet of older kcp2k versions and
/// would take a NAT rebind for a rejoin.
public enum KCPHello {
    /// The shortest payload that can be a hello, in bytes.
    @inlinable public static var minimumLength: Int { 30 }

    /// Whether the payload of `length` bytes at `payload` is a fresh hello.
    @inlinable public static func matches(_ payload: UnsafeRawPointer, length: Int) -> Bool {
        guard length >= minimumLength else { return false }
        return payload.load(as: UInt8.self) == 1
            && payload.loadUnaligned(fromByteOffset: 1, as: UInt64.self) == 0
            && payload.load(fromByteOffset: 9, as: UInt8.self) == 81
            && payload.loadUnaligned(fromByteOffset: 17, as: UInt32.self) == 0
    }
}
