/// A received datagram's bytes in the buffer they arrived in. The caller vouches for `length` bytes at `base`; every
/// accessor names the length it needs. Loads and stores are unaligned: nothing is promised about `base`.
@frozen
public struct DatagramBytes {
    public let base: UnsafeMutableRawPointer
    /// Bytes received, 0 … 1200.
    public let length: Int

    @inlinable public init(base: UnsafeMutableRawPointer, length: Int) {
        self.base = base
        self.length = length
    }

    /// The tokens. Needs 8 bytes.
    @inlinable public var credentials: Credentials {
        Credentials(rawValue: UInt64(littleEndian: base.loadUnaligned(as: UInt64.self)))
    }

    /// The message type. Needs 9 bytes.
    @inlinable public var type: UInt8 {
        base.load(fromByteOffset: Wire.typeOffset, as: UInt8.self)
    }

    /// The connection id of a host's datagram. Needs 13 bytes.
    @inlinable public var connectionID: Int32 {
        Int32(littleEndian: base.loadUnaligned(fromByteOffset: Wire.clientHeaderLength, as: Int32.self))
    }

    /// Writes the header that a host receives in front of a client's payload; the datagram to send starts at the returned
    /// offset. Needs a client DATA datagram.
    @inlinable public func rewriteForHost(connectionID: Int32) -> Int {
        let offset = Wire.clientHeaderLength - Wire.toHostHeaderLength
        base.storeBytes(of: MessageType.data, toByteOffset: offset, as: UInt8.self)
        base.storeBytes(of: connectionID.littleEndian, toByteOffset: offset &+ 1, as: Int32.self)
        return offset
    }

    /// Writes the header that a client receives in front of a host's payload; the datagram to send starts at the returned
    /// offset. Needs a host DATA datagram.
    @inlinable public func rewriteForClient() -> Int {
        let offset = Wire.hostHeaderLength - Wire.toClientHeaderLength
        base.storeBytes(of: MessageType.data, toByteOffset: offset, as: UInt8.self)
        return offset
    }

    /// Overwrites the first two bytes with a PING's answer. Needs 2 bytes.
    @inlinable public func rewriteAsReply(_ state: RelayState) {
        base.storeBytes(of: MessageType.ping, as: UInt8.self)
        base.storeBytes(of: state.rawValue, toByteOffset: 1, as: UInt8.self)
    }
}
