/// An IPv4 or IPv6 address as a value: compared, hashed and classified without any I/O.
///
/// An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`, RFC 4291 2.5.5.2) becomes the IPv4 address on construction, so every
/// spelling of one address is one value.
package struct IPAddress: Sendable, Hashable {
    /// The first eight bytes of an IPv6 address in host order; 0 for IPv4.
    let high: UInt64

    /// The last eight bytes of an IPv6 address in host order, or the four bytes of an IPv4 address.
    let low: UInt64

    /// Whether this is an IPv4 address, mapped ones included.
    package let isIPv4: Bool

    /// Makes an IPv4 address of its 32 bits in host order: `0x7F00_0001` is 127.0.0.1.
    package init(ipv4 bits: UInt32) {
        high = 0
        low = UInt64(bits)
        isIPv4 = true
    }

    /// Makes an IPv6 address of its two halves in host order; a mapped one becomes IPv4.
    package init(high: UInt64, low: UInt64) {
        isIPv4 = high == 0 && low >> 32 == 0xFFFF
        self.high = high
        self.low = isIPv4 ? low & 0xFFFF_FFFF : low
    }

    /// Makes an address of its bytes in network order; `nil` unless there are 4 or 16.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4:
            self.init(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self.init(
                high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
            )
        default:
            return nil
        }
    }

    /// The bytes in network order: 4 for IPv4, 16 for IPv6.
    package var bytes: [UInt8] {
        let lowBytes = (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
        if isIPv4 { return Array(lowBytes.suffix(4)) }
        return (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) } + lowBytes
    }

    /// The number of bits of the address: 32 or 128.
    package var bitWidth: Int { isIPv4 ? 32 : 128 }
}
