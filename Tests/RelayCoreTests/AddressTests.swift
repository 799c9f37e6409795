import Testing

@testable import RelayCore

@Suite("Addresses")
struct AddressTests {
    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    @Test("::ffff:a.b.c.d is a.b.c.d")
    func unmapped() throws {
        let plain = try #require(PeerAddress(bytes: [10, 20, 30, 40]))
        let mapped = try #require(PeerAddress(bytes: Self.mapped + [10, 20, 30, 40]))
        #expect(plain == mapped)
        #expect(mapped.isIPv4)
        #expect(mapped.bytes == [10, 20, 30, 40])
        #expect(PeerEndpoint(mapped, port: 5) == PeerEndpoint(plain, port: 5))
    }

    @Test("An address that only looks mapped is IPv6", arguments: [0, 9, 10, 11])
    func notMapped(index: Int) throws {
        var bytes = Self.mapped + [1, 2, 3, 4]
        bytes[index] ^= 1
        let address = try #require(PeerAddress(bytes: bytes))
        #expect(!address.isIPv4)
        #expect(address.bytes == bytes)
    }

    @Test("Only 4 and 16 bytes are an address", arguments: [0, 1, 3, 5, 15, 17])
    func lengths(count: Int) {
        #expect(PeerAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("An endpoint is laid out like the kernel's socket address, IPv4 and IPv6")
    func kernelLayout() throws {
        let four = try #require(PeerAddress(bytes: [1, 2, 3, 4]))
        let bytes = withUnsafeBytes(of: PeerEndpoint(four, port: 0x1234)) { Array($0.prefix(8)) }
        #expect(bytes == [2, 0, 0x12, 0x34, 1, 2, 3, 4])
        let octets = (1...16).map { UInt8($0) }
        let six = try #require(PeerAddress(bytes: octets))
        let whole = withUnsafeBytes(of: PeerEndpoint(six, port: 0x1234, scope: 7)) { Array($0.prefix(28)) }
        #expect(whole == [10, 0, 0x12, 0x34, 0, 0, 0, 0] + octets + [7, 0, 0, 0])
    }

    @Test("What the kernel wrote is read back; what stands behind a shorter address is ignored")
    func reading() throws {
        for octets in [[9, 8, 7, 6], (0..<16).map { UInt8(200 + $0) }] as [[UInt8]] {
            let endpoint = PeerEndpoint(
                try #require(PeerAddress(bytes: octets)),
                port: 65_535,
                scope: octets.count == 16 ? 3 : 0
            )
            var storage = [UInt64](repeating: .max, count: 4)
            withUnsafeBytes(of: endpoint) { source in
                storage.withUnsafeMutableBytes {
                    $0.copyMemory(from: .init(rebasing: source.prefix(octets.count == 4 ? 8 : 28)))
                }
            }
            let read = storage.withUnsafeBytes { bytes in bytes.baseAddress.map { PeerEndpoint(socketAddress: $0) } }
            #expect(read == endpoint)
            #expect(read?.port == 65_535)
            #expect(read?.address.bytes == octets)
        }
    }

    @Test("Moments compare modulo 2³², and later ones are no age")
    func stamps() {
        let late = Stamp(now: 0xFFFF_FFFF)
        #expect(Stamp(now: 0x1_0000_0009).age(since: late) == 10)
        #expect(late.age(since: Stamp(now: 0x1_0000_0009)) == 0)
        #expect(late.age(since: late) == 0)
        #expect(Stamp(now: 0x8000_0000 - 1).age(since: Stamp(now: 0)) == 0x7FFF_FFFF)
        let old = Stamp(now: 5)
        let now = Stamp(now: 5 + UInt64(Stamp.longestAge) + 1)
        #expect(now.age(since: old.clamped(to: now)) == Stamp.longestAge)
        #expect(now.clamped(to: now) == now)
    }
}
