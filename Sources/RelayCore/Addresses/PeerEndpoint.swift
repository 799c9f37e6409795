/// A peer's address and port as a comparable value, laid out like the kernel's `sockaddr_in` or `sockaddr_in6` (28 bytes),
/// so that a stored one can be handed to `sendmmsg` as it stands.
///
/// `head` holds family, port and the IPv4 address (or IPv6 flow label, always 0 here); `high`, `low` and `scope` the IPv6
/// address and zone, 0 for IPv4. Everything but the family is in network order.
@frozen
public struct PeerEndpoint: Sendable, Hashable {
    public var head: UInt64
    public var high: UInt64
    public var low: UInt64
    public var scope: UInt32

    /// Linux's AF_INET and AF_INET6.
    @usableFromInline static var familyIPv4: UInt64 { 2 }
    @usableFromInline static var familyIPv6: UInt64 { 10 }

    /// Nobody.
    public static var none: PeerEndpoint { PeerEndpoint(head: 0, high: 0, low: 0, scope: 0) }

    public init(head: UInt64, high: UInt64, low: UInt64, scope: UInt32) {
        self.head = head
        self.high = high
        self.low = low
        self.scope = scope
    }

    /// Reads the address that the kernel wrote to `name`: a `sockaddr_in` or `sockaddr_in6`, 8-byte aligned, 28 bytes
    /// readable. The bytes past a `sockaddr_in` are ignored.
    @inlinable public init(socketAddress name: UnsafeRawPointer) {
        head = name.load(as: UInt64.self)
        if head & 0xFFFF == Self.familyIPv4 {
            high = 0
            low = 0
            scope = 0
        } else {
            high = name.load(fromByteOffset: 8, as: UInt64.self)
            low = name.load(fromByteOffset: 16, as: UInt64.self)
            scope = name.load(fromByteOffset: 24, as: UInt32.self)
        }
    }

    /// - Parameter port: host byte order.
    public init(_ address: PeerAddress, port: UInt16, scope: UInt32 = 0) {
        let networkPort = UInt64(port.bigEndian) &<< 16
        if address.isIPv4 {
            self.init(head: Self.familyIPv4 | networkPort | UInt64(address.ipv4) &<< 32, high: 0, low: 0, scope: 0)
        } else {
            self.init(head: Self.familyIPv6 | networkPort, high: address.high, low: address.low, scope: scope)
        }
    }

    @inlinable public var isNone: Bool { head == 0 }
    @inlinable public var isIPv4: Bool { head & 0xFFFF == Self.familyIPv4 }

    /// Host byte order.
    public var port: UInt16 { UInt16(truncatingIfNeeded: head &>> 16).byteSwapped }

    public var address: PeerAddress {
        isIPv4 ? PeerAddress(ipv4: UInt32(truncatingIfNeeded: head &>> 32)) : PeerAddress(high: high, low: low)
    }

    /// Same IPv4 address, or same IPv6 /64: a host behind a prefix owns all of it (privacy addresses).
    func sharesSource(with other: PeerEndpoint) -> Bool {
        sourcePrefix == other.sourcePrefix && isIPv4 == other.isIPv4 && scope == other.scope
    }

    /// What a source is budgeted by: the IPv4 address or the IPv6 /64, the port ignored.
    var sourcePrefix: UInt64 { isIPv4 ? head &>> 32 : high }
}
