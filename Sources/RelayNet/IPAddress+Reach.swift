extension IPAddress {
    /// What an address can reach, after the special-purpose registries of IANA (RFC 6890 and its updates).
    package enum Reach: String, Sendable, Hashable, CaseIterable {
        /// `0.0.0.0` or `::`.
        case unspecified
        /// `127.0.0.0/8` or `::1`.
        case loopback
        /// `169.254.0.0/16` or `fe80::/10`.
        case linkLocal
        /// RFC 1918, `100.64.0.0/10`, `fc00::/7`, `fec0::/10`, `64:ff9b:1::/48`.
        case `private`
        /// An address at which clouds hand out credentials to the machine that asks.
        case metadata
        /// `224.0.0.0/4` or `ff00::/8`.
        case multicast
        /// `255.255.255.255`.
        case broadcast
        /// The networks of documentation: never routed.
        case documentation
        /// Set aside, deprecated or for benchmarks: never a peer on the Internet.
        case reserved
        /// Unicast on the Internet.
        case global
    }

    /// The class of this address.
    ///
    /// An IPv4 address inside a NAT64 (`64:ff9b::/96`, RFC 6052) or 6to4 (`2002::/16`, RFC 3056) address decides, since
    /// that is where a packet to it ends.
    package var reach: Reach {
        let address = embeddedIPv4 ?? self
        return address.isIPv4 ? address.reachOfIPv4 : address.reachOfIPv6
    }

    /// Whether the address is unicast on the Internet.
    package var isGlobal: Bool { reach == .global }

    /// The IPv4 address that a translator or tunnel takes out of this IPv6 address.
    package var embeddedIPv4: IPAddress? {
        guard !isIPv4 else { return nil }
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) }
        if high >> 48 == 0x2002 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 16)) }
        return nil
    }

    private var reachOfIPv4: Reach {
        Self.cloudMetadata.contains(self) ? .metadata : Self.firstMatch(low << 32, in: Self.ipv4Blocks)
    }

    private var reachOfIPv6: Reach {
        if Self.cloudMetadata.contains(self) { return .metadata }
        if high == 0 {
            // ::/64 holds the two special addresses and deprecated ways to write IPv4.
            switch low {
            case 0: return .unspecified
            case 1: return .loopback
            default: return .reserved
            }
        }
        return Self.firstMatch(high, in: Self.ipv6Blocks)
    }

    /// A block of addresses: the first bits of an address, left-aligned, how many of them count, and their class.
    private typealias Block = (prefix: UInt64, length: Int, reach: Reach)

    private static func firstMatch(_ bits: UInt64, in blocks: [Block]) -> Reach {
        for block in blocks where (bits ^ block.prefix) >> (64 - block.length) == 0 { return block.reach }
        return .reserved
    }

    /// Addresses of the metadata services of AWS, Google, Azure, Alibaba and Oracle.
    private static let cloudMetadata: Set<IPAddress> = [
        IPAddress(ipv4: 0xA9FE_A9FE),  // 169.254.169.254
        IPAddress(ipv4: 0xA83F_8110),  // 168.63.129.16
        IPAddress(ipv4: 0x6464_64C8),  // 100.100.100.200
        IPAddress(ipv4: 0xC000_00C0),  // 192.0.0.192
        IPAddress(high: 0xFD00_0EC2_0000_0000, low: 0x254),  // fd00:ec2::254
        IPAddress(high: 0xFD20_00CE_0000_0000, low: 0x254),  // fd20:ce::254
    ]

    /// The IPv4 registry, narrow blocks before wide ones; the last matches everything.
    private static let ipv4Blocks: [Block] = [
        (0xFFFF_FFFF_0000_0000, 32, .broadcast),
        (0x0000_0000_0000_0000, 32, .unspecified),
        (0x0000_0000_0000_0000, 8, .reserved),  // 0.0.0.0/8
        (0x0A00_0000_0000_0000, 8, .private),  // 10.0.0.0/8
        (0x6440_0000_0000_0000, 10, .private),  // 100.64.0.0/10
        (0x7F00_0000_0000_0000, 8, .loopback),  // 127.0.0.0/8
        (0xA9FE_0000_0000_0000, 16, .linkLocal),  // 169.254.0.0/16
        (0xAC10_0000_0000_0000, 12, .private),  // 172.16.0.0/12
        (0xC000_0000_0000_0000, 24, .reserved),  // 192.0.0.0/24
        (0xC000_0200_0000_0000, 24, .documentation),  // 192.0.2.0/24
        (0xC058_6300_0000_0000, 24, .reserved),  // 192.88.99.0/24
        (0xC0A8_0000_0000_0000, 16, .private),  // 192.168.0.0/16
        (0xC612_0000_0000_0000, 15, .reserved),  // 198.18.0.0/15
        (0xC633_6400_0000_0000, 24, .documentation),  // 198.51.100.0/24
        (0xCB00_7100_0000_0000, 24, .documentation),  // 203.0.113.0/24
        (0xE000_0000_0000_0000, 4, .multicast),  // 224.0.0.0/4
        (0xF000_0000_0000_0000, 4, .reserved),  // 240.0.0.0/4
        (0x0000_0000_0000_0000, 0, .global),
    ]

    /// The IPv6 registry by its first 64 bits; what is outside `2000::/3` and not named is reserved.
    private static let ipv6Blocks: [Block] = [
        (0x0064_FF9B_0001_0000, 48, .private),  // 64:ff9b:1::/48
        (0x2001_0000_0000_0000, 23, .reserved),  // 2001::/23
        (0x2001_0DB8_0000_0000, 32, .documentation),  // 2001:db8::/32
        (0x3FFF_0000_0000_0000, 20, .documentation),  // 3fff::/20
        (0x2000_0000_0000_0000, 3, .global),  // 2000::/3
        (0xFC00_0000_0000_0000, 7, .private),  // fc00::/7
        (0xFE80_0000_0000_0000, 10, .linkLocal),  // fe80::/10
        (0xFEC0_0000_0000_0000, 10, .private),  // fec0::/10
        (0xFF00_0000_0000_0000, 8, .multicast),  // ff00::/8
    ]
}
