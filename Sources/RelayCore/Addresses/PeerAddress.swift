/// An IP address without a port, in network order: IPv4 in `low`'s first four bytes with `isIPv4`, else IPv6.
public struct PeerAddress: Sendable, Hashable {
    public let isIPv4: Bool
    let high: UInt64
    let low: UInt64

    /// - Parameter ipv4: network order.
    init(ipv4: UInt32) {
        isIPv4 = true
        high = 0
        low = UInt64(ipv4)
    }

    /// Network order.
    init(high: UInt64, low: UInt64) {
        isIPv4 = false
        self.high = high
        self.low = low
    }

    /// From 4 bytes (IPv4) or 16 bytes (IPv6; `::ffff:a.b.c.d` becomes a.b.c.d); nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        let octets = Array(bytes)
        func word(_ range: Range<Int>) -> UInt64 {
            octets[range].enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
        }
        switch octets.count {
        case 4:
            self.init(ipv4: UInt32(word(0..<4)))
        case 16 where octets[0..<10].allSatisfy({ $0 == 0 }) && octets[10] == 0xFF && octets[11] == 0xFF:
            self.init(ipv4: UInt32(word(12..<16)))
        case 16:
            self.init(high: word(0..<8), low: word(8..<16))
        default:
            return nil
        }
    }

    /// Network order, 4 or 16 bytes.
    public var bytes: [UInt8] {
        let words = isIPv4 ? [] : (0..<8).map { UInt8(truncatingIfNeeded: high >> (8 * UInt64($0))) }
        return words + (0..<(isIPv4 ? 4 : 8)).map { UInt8(truncatingIfNeeded: low >> (8 * UInt64($0))) }
    }

    /// IPv4, network order.
    var ipv4: UInt32 { UInt32(truncatingIfNeeded: low) }
}

extension PeerAddress {
    /// The first byte on the wire.
    private var firstByte: UInt8 { UInt8(truncatingIfNeeded: isIPv4 ? low : high) }

    /// 0.0.0.0 or `::`.
    public var isUnspecified: Bool { high == 0 && low == 0 }
    /// 224.0.0.0/4 or ff00::/8.
    public var isMulticast: Bool { isIPv4 ? firstByte & 0xF0 == 0xE0 : firstByte == 0xFF }
    /// 255.255.255.255.
    public var isBroadcast: Bool { isIPv4 && ipv4 == .max }
    /// 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool { isIPv4 ? firstByte == 127 : high == 0 && low == UInt64(1).bigEndian }
}
