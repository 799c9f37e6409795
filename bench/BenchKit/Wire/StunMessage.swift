/// The numbers of STUN (RFC 8489) and TURN (RFC 8656) that a client of a TURN server needs. All are big-endian.
package enum Stun {
    /// Bytes of the header: type (2), length of the attributes (2), magic cookie (4), transaction id (12).
    package static let headerSize = 20
    package static let magicCookie: UInt32 = 0x2112_A442

    /// RFC 8489, section 5, and RFC 8656, section 17.
    package enum Method: UInt16, Sendable {
        case allocate = 0x003
        case refresh = 0x004
        case channelBind = 0x009
    }

    /// The two bits C1 and C0 in their places within a message's type (RFC 8489, section 5).
    package enum Class: UInt16, Sendable {
        case request = 0x000
        case indication = 0x010
        case success = 0x100
        case error = 0x110
    }

    /// RFC 8489, section 14, and RFC 8656, section 18.
    package enum Attribute: UInt16, Sendable {
        case errorCode = 0x0009
        case channelNumber = 0x000C
        case lifetime = 0x000D
        case xorPeerAddress = 0x0012
        case xorRelayedAddress = 0x0016
        case requestedTransport = 0x0019
        case xorMappedAddress = 0x0020
    }

    /// The 96 bits that pair an answer with its request.
    package struct Transaction: BitwiseCopyable, Sendable, Equatable {
        package var words: (UInt32, UInt32, UInt32)

        package init(_ first: UInt32, _ second: UInt32, _ third: UInt32) {
            words = (first, second, third)
        }

        package static func == (left: Transaction, right: Transaction) -> Bool { left.words == right.words }
    }

    static func xor(_ endpoint: IPv4Endpoint) -> IPv4Endpoint {
        // RFC 8489, section 14.2: the port with the cookie's upper half, an IPv4 address with all of it.
        IPv4Endpoint(
            address: endpoint.address ^ magicCookie,
            port: endpoint.port ^ UInt16(truncatingIfNeeded: magicCookie >> 16)
        )
    }
}

/// Writes one STUN message into memory that is large enough for it.
package struct StunWriter {
    private let bytes: UnsafeMutableRawPointer
    /// Bytes of the message so far.
    package private(set) var count = Stun.headerSize

    package init(
        _ method: Stun.Method,
        _ messageClass: Stun.Class,
        _ transaction: Stun.Transaction,
        into bytes: UnsafeMutableRawPointer
    ) {
        self.bytes = bytes
        // The methods here are below 0x10, so their bits are not split around the class.
        store(method.rawValue | messageClass.rawValue, at: 0)
        store(UInt16(0), at: 2)
        store(Stun.magicCookie, at: 4)
        store(transaction.words.0, at: 8)
        store(transaction.words.1, at: 12)
        store(transaction.words.2, at: 16)
    }

    /// Adds an attribute of four bytes.
    package mutating func add(_ attribute: Stun.Attribute, _ value: UInt32) {
        begin(attribute, length: 4)
        store(value, at: count)
        grow(by: 4)
    }

    /// Adds an attribute that holds an XORed IPv4 address.
    package mutating func add(_ attribute: Stun.Attribute, _ endpoint: IPv4Endpoint) {
        let hidden = Stun.xor(endpoint)
        begin(attribute, length: 8)
        store(UInt16(0x0001), at: count)
        store(hidden.port, at: count + 2)
        store(hidden.address, at: count + 4)
        grow(by: 8)
    }

    private mutating func begin(_ attribute: Stun.Attribute, length: UInt16) {
        store(attribute.rawValue, at: count)
        store(length, at: count + 2)
        count += 4
    }

    private mutating func grow(by length: Int) {
        count += length
        store(UInt16(count - Stun.headerSize), at: 2)
    }

    private func store(_ value: some FixedWidthInteger & BitwiseCopyable, at offset: Int) {
        bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: type(of: value))
    }
}
