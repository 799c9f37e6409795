/// A block of addresses in CIDR form, such as `10.0.0.0/8` or `2001:db8::/32`.
///
/// The address part is masked on construction, so `10.1.2.3/8` and `10.0.0.0/8` are one value.
package struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    /// The first address of the block.
    package let address: IPAddress

    /// The number of leading bits that all addresses of the block share: 0…32 for IPv4, 0…128 for IPv6.
    package let prefixLength: Int

    /// Makes the block around an address; `nil` when the length does not fit the family.
    package init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...address.bitWidth).contains(prefixLength) else { return nil }
        self.address = address.masked(to: prefixLength)
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`, or a bare address as the block of that address alone; `nil` for anything else.
    ///
    /// The length is decimal without sign or leading zeros. A block of IPv4-mapped addresses (`::ffff:10.0.0.0/104`) is
    /// the IPv4 block; a mapped address with a length below 96 would mix the families and is refused.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefixLength: address.bitWidth)
            return
        }
        guard let length = Self.prefixLength(parts[1]) else { return nil }
        let isMapped = address.isIPv4 && parts[0].contains(":")
        self.init(address, prefixLength: isMapped ? length - 96 : length)
    }

    /// Whether the address lies in the block; never across families.
    package func contains(_ other: IPAddress) -> Bool {
        other.isIPv4 == address.isIPv4 && other.masked(to: prefixLength) == address
    }

    /// `address/length`, the address in its canonical text.
    package var description: String { "\(address)/\(prefixLength)" }

    private static func prefixLength(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return text.utf8.count > 1 && text.hasPrefix("0") ? nil : Int(text)
    }
}

extension IPAddress {
    /// The block that stands for one source of traffic: the IPv4 address itself, or the /64 of an IPv6 address, since
    /// one customer holds at least that.
    package var sourceNetwork: IPNetwork {
        guard let network = IPNetwork(self, prefixLength: isIPv4 ? 32 : 64) else {
            preconditionFailure("32 and 64 are lengths of their families")
        }
        return network
    }

    /// The address with every bit after the first `length` cleared.
    fileprivate func masked(to length: Int) -> IPAddress {
        if isIPv4 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: low) & ~(UInt32.max >> length)) }
        // A shift by the full width or more gives 0 in Swift, which is what the two halves need.
        return IPAddress(high: high & ~(UInt64.max >> length), low: low & ~(UInt64.max >> max(0, length - 64)))
    }
}
