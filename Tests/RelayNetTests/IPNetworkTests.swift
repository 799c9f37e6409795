import RelayNet
import Testing

@Suite("IP networks")
struct IPNetworkTests {
    @Test(
        "A network is written with its host bits cleared",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3/8", "10.0.0.0/8"), ("192.0.2.7", "192.0.2.7/32"),
            ("0.0.0.0/0", "0.0.0.0/0"), ("1.2.3.4/0", "0.0.0.0/0"), ("1.2.3.5/31", "1.2.3.4/31"),
            ("::1", "::1/128"), ("::/0", "::/0"), ("2001:db8::ffff/32", "2001:db8::/32"),
            ("2001:db8:1:2:3:4:5:6/64", "2001:db8:1:2::/64"), ("2001:db8:1:2:ffff::/65", "2001:db8:1:2:8000::/65"),
            ("::ffff:10.1.2.3/104", "10.0.0.0/8"), ("::ffff:10.1.2.3", "10.1.2.3/32"), ("::ffff:0:0/96", "0.0.0.0/0"),
        ]
    )
    func canonical(text: String, expected: String) throws {
        let network = try #require(IPNetwork(text))
        #expect(network.description == expected)
        #expect(IPNetwork(expected) == network)
    }

    @Test(
        "What is not exactly one network is refused",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
            "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10/8", "10.0.0.0 /8", "10.0.0.0/ 8", "[::]/0", "::ffff:10.0.0.0/95",
            "::ffff:10.0.0.0/129", "localhost/8", "10.0.0.0/٨", "10.0.0.0/99999999999999999999",
        ]
    )
    func refused(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(
        "A network contains its first and last address, not their neighbours, and nothing of the other family",
        arguments: [
            (
                "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
                ["9.255.255.255", "11.0.0.0", "::a00:0"]
            ),
            ("192.0.2.4/30", ["192.0.2.4", "192.0.2.7"], ["192.0.2.3", "192.0.2.8"]),
            ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1"]),
            ("::/0", ["::", "ffff::"], ["0.0.0.0", "::ffff:1.2.3.4"]),
            ("2001:db8::/33", ["2001:db8:7fff:ffff::1"], ["2001:db8:8000::"]),
            ("2001:db8::/64", ["2001:db8::ffff:ffff:ffff:ffff"], ["2001:db8:0:1::"]),
            ("2001:db8::8/125", ["2001:db8::8", "2001:db8::f"], ["2001:db8::7", "2001:db8::10"]),
        ]
    )
    func containment(text: String, inside: [String], outside: [String]) throws {
        let network = try #require(IPNetwork(text))
        for (text, expected) in inside.map({ ($0, true) }) + outside.map({ ($0, false) }) {
            let address = try #require(IPAddress(text))
            #expect(network.contains(address) == expected, "\(address)")
        }
    }

    @Test("Containment agrees with a comparison bit by bit", arguments: [6, 7] as [UInt64])
    func slowTwin(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var matches = 0
        for _ in 0..<5_000 {
            let count = Bool.random(using: &random) ? 4 : 16
            let first = (0..<count).map { _ in UInt8.random(in: 1...255, using: &random) }
            // The twin shares a random number of leading bytes, so that both answers are common.
            let shared = Int.random(in: 0...count, using: &random)
            let second = first.prefix(shared) + (shared..<count).map { _ in UInt8.random(in: 1...255, using: &random) }
            let length = Int.random(in: 0...(count * 8), using: &random)
            let address = try #require(IPAddress(bytes: first))
            let network = try #require(IPNetwork(address, prefixLength: length))
            let expected = bits(first).prefix(length) == bits(Array(second)).prefix(length)
            let other = try #require(IPAddress(bytes: second))
            #expect(network.contains(other) == expected, "seed \(seed): \(network), \(other)")
            matches += expected ? 1 : 0
        }
        #expect((500...4_500).contains(matches))
    }

    @Test("One source is an IPv4 address or an IPv6 /64")
    func sourceNetworks() {
        #expect(IPAddress("192.0.2.7")?.sourceNetwork.description == "192.0.2.7/32")
        #expect(IPAddress("::ffff:192.0.2.7")?.sourceNetwork.description == "192.0.2.7/32")
        #expect(IPAddress("2001:db8:1:2:3:4:5:6")?.sourceNetwork.description == "2001:db8:1:2::/64")
    }

    @Test("A length outside the family makes no network")
    func lengths() {
        #expect(IPNetwork(IPAddress(ipv4: 1), prefixLength: 33) == nil)
        #expect(IPNetwork(IPAddress(ipv4: 1), prefixLength: -1) == nil)
        #expect(IPNetwork(IPAddress(high: 1, low: 1), prefixLength: 129) == nil)
    }

    private func bits(_ bytes: [UInt8]) -> [Bool] {
        bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
    }
}
