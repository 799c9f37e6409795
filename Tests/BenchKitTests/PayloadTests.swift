import BenchKit
import Testing

@Suite("Payloads")
struct PayloadTests {
    private static let header = PayloadHeader(
        run: 0x1122_3344,
        session: 99,
        client: 7,
        kind: .up,
        sequence: 12_345,
        planned: 987_654_321_012
    )

    private func bytes(of header: PayloadHeader, size: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        bytes.withUnsafeMutableBytes { Payload.write(header, into: $0) }
        return bytes
    }

    private func read(_ bytes: [UInt8]) -> PayloadHeader? {
        bytes.withUnsafeBytes { Payload.read($0) }
    }

    @Test("A payload of any size reads back as its header", arguments: [32, 33, 39, 40, 41, 120, 1187])
    func roundTrip(size: Int) {
        #expect(read(bytes(of: Self.header, size: size)) == Self.header)
    }

    @Test("The header stands in the payload byte for byte as documented")
    func layout() {
        let bytes = bytes(of: Self.header, size: 32)
        #expect(Array(bytes[0..<4]) == [0x44, 0x33, 0x22, 0x11])
        #expect(Array(bytes[4..<8]) == [99, 0, 0, 0])
        #expect(Array(bytes[8..<12]) == [7, 0, 0xA1, 0xCA])
        #expect(Array(bytes[12..<16]) == [0x39, 0x30, 0, 0])
        #expect(Array(bytes[16..<24]) == (0..<8).map { UInt8(truncatingIfNeeded: Self.header.planned >> (8 * $0)) })
    }

    @Test("Every single flipped bit is detected, whatever the size", arguments: [32, 37, 120])
    func flippedBits(size: Int) {
        let intact = bytes(of: Self.header, size: size)
        for place in intact.indices {
            for bit in 0..<8 {
                var flipped = intact
                flipped[place] ^= 1 << bit
                #expect(read(flipped) == nil, "bit \(bit) of byte \(place)")
            }
        }
    }

    @Test("Every byte replaced by any other value is detected in the longest payload")
    func replacedBytes() {
        let intact = bytes(of: Self.header, size: 1187)
        for place in intact.indices {
            var changed = intact
            changed[place] = ~changed[place]
            #expect(read(changed) == nil, "byte \(place)")
        }
    }

    @Test("Two swapped payload halves are detected")
    func swappedHalves() {
        let intact = bytes(of: Self.header, size: 128)
        #expect(read(Array(intact[0..<32] + intact[80..<128] + intact[32..<80])) == nil)
    }

    @Test("A shortened payload that is still long enough for its header and a lengthened one are not the same bytes")
    func wrongLength() {
        let intact = bytes(of: Self.header, size: 100)
        #expect(read(Array(intact.dropLast(90))) == nil)
        #expect(read(intact + [0]) == nil)
    }

    @Test("Fillings of different datagrams differ")
    func fillingsDiffer() {
        var other = Self.header
        other.sequence += 1
        let first = bytes(of: Self.header, size: 120)[32...]
        let second = bytes(of: other, size: 120)[32...]
        #expect(zip(first, second).filter { $0 == $1 }.count < 10)
    }

    @Test("No payload can be taken for the first datagram of a game's own transport")
    func noKCPHello() {
        for kind in PayloadHeader.Kind.allCases {
            #expect(kind.rawValue != 81)
        }
        // A hello has zeros in bytes 1 to 8 and a push command, 81, in byte 9.
        for client in [0, 81 << 8] as [UInt16] {
            let header = PayloadHeader(run: 1, session: 0, client: client, kind: .hello, sequence: 0, planned: 1)
            let bytes = bytes(of: header, size: 40)
            let isHello =
                bytes[0] == 1 && bytes[1...8].allSatisfy { $0 == 0 } && bytes[9] == 81
                && bytes[17...20].allSatisfy { $0 == 0 }
            #expect(!isHello || client == 81 << 8)
        }
    }
}
