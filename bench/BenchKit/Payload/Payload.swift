/// Writes payloads whose every byte follows from their header, and checks received ones against it.
package enum Payload {
    private static let mark: UInt64 = 0xCA
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Fills the whole buffer (``PayloadHeader/size`` bytes or more) with the payload of `header`.
    package static func write(_ header: PayloadHeader, into buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= PayloadHeader.size)
        let words = Words(header)
        buffer.storeBytes(of: words.first.littleEndian, toByteOffset: 0, as: UInt64.self)
        buffer.storeBytes(of: words.second.littleEndian, toByteOffset: 8, as: UInt64.self)
        buffer.storeBytes(of: words.third.littleEndian, toByteOffset: 16, as: UInt64.self)
        buffer.storeBytes(of: words.check.littleEndian, toByteOffset: 24, as: UInt64.self)
        var offset = PayloadHeader.size
        var state = words.check
        while offset &+ 8 <= buffer.count {
            state &+= step
            buffer.storeBytes(of: Mixer.mix(state).littleEndian, toByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        var rest = Mixer.mix(state &+ step)
        while offset < buffer.count {
            buffer[offset] = UInt8(truncatingIfNeeded: rest)
            rest &>>= 8
            offset &+= 1
        }
    }

    /// The header of a payload in which every byte is as it was written, or `nil` for a corrupt one.
    ///
    /// A change within one of the header's words always shows: the check word is a chain of one-to-one steps.
    package static func read(_ buffer: UnsafeRawBufferPointer) -> PayloadHeader? {
        guard buffer.count >= PayloadHeader.size else { return nil }
        let words = Words(
            first: load(buffer, 0),
            second: load(buffer, 8),
            third: load(buffer, 16)
        )
        guard words.check == load(buffer, 24), let header = words.header else { return nil }
        var offset = PayloadHeader.size
        var state = words.check
        var difference: UInt64 = 0
        while offset &+ 8 <= buffer.count {
            state &+= step
            difference |= load(buffer, offset) ^ Mixer.mix(state)
            offset &+= 8
        }
        var rest = Mixer.mix(state &+ step)
        while offset < buffer.count {
            difference |= UInt64(buffer[offset] ^ UInt8(truncatingIfNeeded: rest))
            rest &>>= 8
            offset &+= 1
        }
        return difference == 0 ? header : nil
    }

    @inline(__always)
    private static func load(_ buffer: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The header as the three words that stand in the payload.
    private struct Words {
        let first: UInt64
        let second: UInt64
        let third: UInt64
        let check: UInt64

        @inline(__always)
        init(first: UInt64, second: UInt64, third: UInt64) {
            self.first = first
            self.second = second
            self.third = third
            check = Mixer.mix(Mixer.mix(Mixer.mix(first ^ step) ^ second) ^ third)
        }

        @inline(__always)
        init(_ header: PayloadHeader) {
            self.init(
                first: UInt64(header.run) | UInt64(header.session) &<< 32,
                second: UInt64(header.client) | UInt64(header.kind.rawValue) &<< 16 | mark &<< 24
                    | UInt64(header.sequence) &<< 32,
                third: header.planned
            )
        }

        @inline(__always)
        var header: PayloadHeader? {
            guard second &>> 24 & 0xFF == mark,
                let kind = PayloadHeader.Kind(rawValue: UInt8(truncatingIfNeeded: second &>> 16))
            else { return nil }
            return PayloadHeader(
                run: UInt32(truncatingIfNeeded: first),
                session: UInt32(truncatingIfNeeded: first &>> 32),
                client: UInt16(truncatingIfNeeded: second),
                kind: kind,
                sequence: UInt32(truncatingIfNeeded: second &>> 32),
                planned: third
            )
        }
    }
}
