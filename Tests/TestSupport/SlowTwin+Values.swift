import RelayCore

/// The two tokens.
struct TwinPair: Hashable {
    var session: UInt32
    var user: UInt32
}

/// A received datagram, taken apart byte for byte.
struct TwinDatagram {
    var bytes: [UInt8]
    var arrival: Arrival

    var source: PeerEndpoint { arrival.source }
    var userToken: UInt32 { number(at: 0) }
    var sessionToken: UInt32 { number(at: 4) }
    var pair: TwinPair { TwinPair(session: sessionToken, user: userToken) }
    var isPing: Bool { bytes[8] == 1 }
    var connectionID: Int32 { Int32(bitPattern: number(at: 9)) }
    var clientPayload: [UInt8] { Array(bytes[9...]) }
    var hostPayload: [UInt8] { Array(bytes[13...]) }

    private func number(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }

    var malformed: DropReason? {
        if bytes.count > 1_200 { return .oversize }
        if bytes.count < 9 { return .tooShort }
        switch (bytes[8], arrival.role) {
        case (1, _): return bytes.count == 9 ? nil : .badLength
        case (2, .client): return bytes.count > 9 ? nil : .badLength
        case (2, .server): return bytes.count > 13 ? nil : .badLength
        default: return .unknownType
        }
    }
}

/// Counts within a time that starts with the first.
struct TwinWindow {
    let length: UInt64
    private var start: UInt64?
    private var number = 0

    init(length: UInt64) {
        self.length = length
    }

    func count(at now: UInt64) -> Int {
        guard let start, now - start < length else { return 0 }
        return number
    }

    /// Returns whether this was the first of a new window.
    @discardableResult
    mutating func add(at now: UInt64) -> Bool {
        let isFirst = count(at: now) == 0
        if isFirst { (start, number) = (now, 0) }
        number += 1
        return isFirst
    }
}

/// Datagrams and bytes within a second that starts with the first datagram.
struct TwinRate {
    private var start: UInt64?
    private var datagrams = 0
    private var bytes = 0

    /// Whether one more datagram would be too much.
    func isExceeded(by datagram: TwinDatagram, _ limit: RateLimits.Limit) -> Bool {
        var sent = self
        sent.forget(at: datagram.arrival.now)
        return sent.datagrams >= Int(limit.datagrams) || sent.bytes + datagram.bytes.count > Int(limit.bytes)
    }

    /// Returns whether a new second has begun.
    @discardableResult
    mutating func add(_ datagram: TwinDatagram) -> Bool {
        forget(at: datagram.arrival.now)
        let isFirst = start == nil
        if isFirst { start = datagram.arrival.now }
        datagrams += 1
        bytes += datagram.bytes.count
        return isFirst
    }

    /// Whether the second that the first datagram began is over, or none has begun.
    func isOver(at now: UInt64) -> Bool {
        guard let start else { return true }
        return now - start >= 1_000
    }

    private mutating func forget(at now: UInt64) {
        if let start, now - start < 1_000 { return }
        self = TwinRate()
    }
}

/// A datagram that waits.
struct TwinHeld {
    var datagram: TwinDatagram
    var at: UInt64 { datagram.arrival.now }
}

/// Where a user or a host is, and how it got there.
struct TwinBinding {
    var endpoint: PeerEndpoint?
    var local = LocalAddress()
    var heard: UInt64 = 0
    /// Addresses that another one replaced, oldest first.
    var formers: [TwinFormer] = []
    /// When addresses took their place back, from the first of the running minute.
    var conflicts: [UInt64] = []
    var pending: TwinHeld?
}

/// An IPv4 address or an IPv6 /64 that another one replaced.
struct TwinFormer {
    var address: [UInt8]
    var replaced: UInt64
    /// The id that the user had there.
    var connectionID: Int32?
    /// When it was heard since.
    var heard: [UInt64] = []
}

/// A live user.
struct TwinUser {
    var token: UInt32
    var connectionID: Int32
    var pinned: PeerAddress?
    var named: PeerAddress?
    var client = TwinBinding()
    /// Whether a game connection that the host has answered goes on under the id.
    var isUsedUp = false
    /// Endpoints that rejoins from their own address replaced, and when.
    var retired: [(endpoint: PeerEndpoint, at: UInt64)] = []
    var rejoinCredit: UInt64 = 180_000
    var rejoinCreditAt: UInt64 = 0
    var held: TwinHeld?
    var rate = TwinRate()
}

/// A live session.
struct TwinSession {
    var token: UInt32
    var pair: UInt32
    var users: [UInt32: TwinUser] = [:]
    var hostToken: UInt32?
    var host = TwinBinding()
    /// Whether whoever hosts was ever heard.
    var isHostHeard = false
    var highestNumber: Int32 = 0
    var rejoinIDs: Range<Int32>
    var wrongUsers = TwinWindow(length: 1_000)
    var wasUsed: Bool
    var rate = TwinRate()
    /// The host's part of `rate`, in the same second.
    var hostRate = TwinHostRate()

    var heldCount: Int {
        users.values.reduce(host.pending == nil ? 0 : 1) {
            $0 + ($1.held == nil ? 0 : 1) + ($1.client.pending == nil ? 0 : 1)
        }
    }

    func wasGivenOut(_ id: Int32) -> Bool {
        (id >= 1 && id <= highestNumber) || (id >= 1 << 19 && id < rejoinIDs.lowerBound)
    }
}

/// What the host has sent in the session's second.
struct TwinHostRate {
    var datagrams = 0
    var bytes = 0
}

/// A pair of tokens that was valid.
struct TwinDeparted {
    var at: UInt64
    var clientEndpoint: PeerEndpoint?
    var hostEndpoint: PeerEndpoint?
    /// When each was told so.
    var told: [PeerEndpoint: UInt64] = [:]

    var endpoints: [PeerEndpoint] { [clientEndpoint, hostEndpoint].compactMap { $0 } }
}

extension PeerEndpoint {
    /// The IPv4 address, or the first 64 bits of the IPv6 address.
    var twinSource: [UInt8] { address.isIPv4 ? address.bytes : Array(address.bytes.prefix(8)) }
}
