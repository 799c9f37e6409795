import RelayNet
import Testing

@Suite("IP address text")
struct IPAddressTextTests {
    @Test(
        "An address is written in its canonical form",
        arguments: [
            ("0.0.0.0", "0.0.0.0"),
            ("192.0.2.1", "192.0.2.1"),
            ("255.255.255.255", "255.255.255.255"),
            ("::", "::"),
            ("::1", "::1"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("2001:0db8::0001", "2001:db8::1"),
            ("fe80::1:0:0:1", "fe80::1:0:0:1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::FFFF:c000:0201", "192.0.2.1"),
            ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
            ("64:ff9b::10.0.0.1", "64:ff9b::a00:1"),
            ("2001:0db8:0000:0000:0000:ffff:255.255.255.255", "2001:db8::ffff:ffff:ffff"),
        ]
    )
    func canonical(text: String, expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
    }

    @Test(
        "What is not exactly one address is refused",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "0x1.2.3.4", "1.2.3.-4",
            "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "1.2.3.4/32", "[::1]", "::1%lo", "fe80::1%2", ":", ":::", "1::2::3",
            "12345::", "::g", "::1.2.3", "::1.2.3.4.5", "1.2.3.4::", "::1 ", "::1\n", "localhost", "1.2.3.4\0",
            "::1\0x",
            "１.2.3.4", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", String(repeating: "0", count: 100_000),
        ]
    )
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("Only 4 or 16 bytes make an address")
    func byteCounts() {
        for count in 0...32 {
            let address = IPAddress(bytes: [UInt8](repeating: 7, count: count))
            #expect((address != nil) == (count == 4 || count == 16), "\(count) bytes")
        }
    }

    @Test("Bytes keep their order, and mapped bytes are the IPv4 address")
    func byteOrder() throws {
        #expect(IPAddress("1.2.3.4")?.bytes == [1, 2, 3, 4])
        #expect(IPAddress("1.2.3.4") == IPAddress(ipv4: 0x0102_0304))
        let plain = try #require(IPAddress("102:304:506:708:90a:b0c:d0e:f10"))
        #expect(plain.bytes == Array(1...16))
        #expect(!plain.isIPv4)
        let mapped = IPAddress(bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 2, 3, 4])
        #expect(mapped == IPAddress(ipv4: 0x0102_0304))
        #expect(mapped?.isIPv4 == true)
    }

    @Test("A port may follow the bracketed form")
    func bracketed() {
        #expect(IPAddress("1.2.3.4")?.bracketed == "1.2.3.4")
        #expect(IPAddress("::1")?.bracketed == "[::1]")
    }

    @Test("Every spelling of a random address is the same value with the same reach", arguments: [1, 2, 3] as [UInt64])
    func spellings(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for round in 0..<2_000 {
            // Sparse bytes make runs of zeros, which is where spellings differ most.
            let bytes = (0..<16).map { _ in Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : 0
            }
            let address = try #require(IPAddress(bytes: bytes))
            for text in Self.spellings(of: bytes) + [address.description] {
                let read = try #require(IPAddress(text), "seed \(seed), round \(round), \(text)")
                #expect(read == address, "seed \(seed), round \(round), \(text)")
                #expect(read.hashValue == address.hashValue)
                #expect(read.reach == address.reach)
            }
        }
    }

    @Test(
        "Every spelling of a random IPv4 address is the same value with the same reach",
        arguments: [4, 5] as [UInt64]
    )
    func ipv4Spellings(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let firstBytes: [UInt8] = [0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 240, 255, 8]
        for _ in 0..<2_000 {
            let bytes =
                [firstBytes.randomElement(using: &random) ?? 0] + (0..<3).map { _ in UInt8(random.next() >> 56) }
            let quad = bytes.map(String.init).joined(separator: ".")
            let address = try #require(IPAddress(quad))
            #expect(address.description == quad)
            let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
            for text in Self.spellings(of: mapped) + ["::ffff:\(quad)", "0:0::FFFF:\(quad)"] {
                #expect(IPAddress(text) == address, "seed \(seed), \(text)")
            }
            // Translated and tunnelled forms are other values, but lead to the same place.
            let nat64 = try #require(IPAddress("64:ff9b::\(quad)"))
            let sixToFour = try #require(IPAddress(bytes: [0x20, 0x02] + bytes + [UInt8](repeating: 9, count: 10)))
            #expect(nat64 != address)
            #expect(nat64.reach == address.reach, "seed \(seed), \(nat64)")
            #expect(sixToFour.reach == address.reach, "seed \(seed), \(sixToFour)")
        }
    }

    /// Full, upper-case, unpadded and dotted-tail spellings of 16 bytes.
    private static func spellings(of bytes: [UInt8]) -> [String] {
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let short = groups.map { String($0, radix: 16) }
        let padded = short.map { String(repeating: "0", count: 4 - $0.count) + $0 }
        let tail = bytes.suffix(4).map(String.init).joined(separator: ".")
        return [
            short.joined(separator: ":"),
            padded.joined(separator: ":"),
            padded.joined(separator: ":").uppercased(),
            padded.prefix(6).joined(separator: ":") + ":" + tail,
        ]
    }
}
