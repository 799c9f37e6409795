import RelayWire
import Testing

@Suite("Fresh kcp2k hellos")
struct KCPHelloTests {
    /// The first datagram of a kcp2k client, as it stands in the payload: reliable channel, no cookie, conversation 0, push,
    /// fragment 0, window 4096, timestamp 33, sequence number 0, nothing unacknowledged, one byte: the hello.
    private static let real: [UInt8] = [
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x51, 0x00, 0x00, 0x10, 0x21, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
    ]

    private func isHello(_ payload: [UInt8]) -> Bool {
        // At an odd place: payloads begin nine bytes into a datagram.
        let memory = [UInt8](repeating: 0, count: 9) + payload
        return memory.withUnsafeBytes { bytes in
            bytes.baseAddress.map { KCPHello.matches($0 + 9, length: payload.count) } ?? false
        }
    }

    @Test("A client's first datagram is one, with any payload behind it")
    func hello() {
        #expect(Self.real.count == 30)
        #expect(isHello(Self.real))
        #expect(isHello(Self.real + [UInt8](repeating: 0xFF, count: 1_161)))
    }

    @Test("Shorter than 30 bytes is none", arguments: [0, 1, 9, 21, 29])
    func short(length: Int) {
        #expect(!isHello(Array(Self.real.prefix(length))))
    }

    @Test("A hello that stands alone is the same to the last byte, but for window and timestamp", arguments: 0..<30)
    func exact(index: Int) {
        #expect(matchesExactly(Self.real))
        #expect(!matchesExactly(Self.real + [0]))
        #expect(!matchesExactly(Array(Self.real.dropLast())))
        for bit in 0..<8 {
            var changed = Self.real
            changed[index] ^= 1 << UInt8(bit)
            #expect(matchesExactly(changed) == (11...16).contains(index), "byte \(index), bit \(bit)")
        }
    }

    private func matchesExactly(_ payload: [UInt8]) -> Bool {
        let memory = [UInt8](repeating: 0, count: 9) + payload
        return memory.withUnsafeBytes { bytes in
            bytes.baseAddress.map { KCPHello.matchesExactly($0 + 9, length: payload.count) } ?? false
        }
    }

    @Test("Channel, cookie, conversation, command and sequence number decide, the rest does not", arguments: 0..<30)
    func decisiveBytes(index: Int) {
        let decisive = [0...9, 17...20].contains { $0.contains(index) }
        for bit in 0..<8 {
            var changed = Self.real
            changed[index] ^= 1 << UInt8(bit)
            #expect(isHello(changed) == !decisive, "byte \(index), bit \(bit)")
        }
    }
}
