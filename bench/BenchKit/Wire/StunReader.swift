/// Reads one STUN message (RFC 8489, section 5); valid as long as the memory it was given.
package struct StunReader {
    private let bytes: UnsafeRawBufferPointer
    /// The method's 12 bits; others than those of ``Stun/Method`` are possible.
    package let method: UInt16
    package let messageClass: Stun.Class
    package let transaction: Stun.Transaction

    /// `nil` for anything that is not exactly one STUN message.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Stun.headerSize, bytes.count.isMultiple(of: 4), bytes[0] & 0xC0 == 0 else { return nil }
        self.bytes = bytes
        let type = StunReader.load(bytes, 0, as: UInt16.self)
        guard let messageClass = Stun.Class(rawValue: type & 0x0110),
            Int(StunReader.load(bytes, 2, as: UInt16.self)) == bytes.count - Stun.headerSize,
            StunReader.load(bytes, 4, as: UInt32.self) == Stun.magicCookie
        else { return nil }
        self.messageClass = messageClass
        method = type & 0x000F | (type & 0x00E0) >> 1 | (type & 0x3E00) >> 2
        transaction = Stun.Transaction(
            StunReader.load(bytes, 8, as: UInt32.self),
            StunReader.load(bytes, 12, as: UInt32.self),
            StunReader.load(bytes, 16, as: UInt32.self)
        )
    }

    /// The first attribute's value, or `nil` where the message has none of that kind or is cut off before it.
    package func value(of attribute: Stun.Attribute) -> UnsafeRawBufferPointer? {
        var offset = Stun.headerSize
        while offset + 4 <= bytes.count {
            let length = Int(StunReader.load(bytes, offset + 2, as: UInt16.self))
            let end = offset + 4 + length
            guard end <= bytes.count else { return nil }
            if StunReader.load(bytes, offset, as: UInt16.self) == attribute.rawValue {
                return UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<end])
            }
            // Values are padded to four bytes, which their length does not count (section 14).
            offset = (end + 3) & ~3
        }
        return nil
    }

    /// The IPv4 address in an attribute that hides it under the magic cookie (section 14.2).
    package func xorAddress(_ attribute: Stun.Attribute) -> IPv4Endpoint? {
        guard let value = value(of: attribute), value.count == 8, value[1] == 0x01 else { return nil }
        return Stun.xor(
            IPv4Endpoint(
                address: StunReader.load(value, 4, as: UInt32.self),
                port: StunReader.load(value, 2, as: UInt16.self)
            )
        )
    }

    /// The code of an error, 300 … 699 (section 14.8), or `nil` where there is none.
    package var errorCode: Int? {
        guard let value = value(of: .errorCode), value.count >= 4 else { return nil }
        return Int(value[2] & 0x07) * 100 + Int(value[3])
    }

    private static func load<Word: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: Int,
        as type: Word.Type
    ) -> Word {
        Word(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Word.self))
    }
}
