import RelayCore

/// Tokens and addresses by number, the same in every run, so that every probe is as long as it was yesterday.
struct Players {
    /// Each has an address of its own, and budgets go by address.
    static let strangerCount = 64

    private let homes: [PeerAddress]
    private let strangers: [PeerAddress]

    init() {
        homes = (1...200).compactMap { PeerAddress(bytes: [10, 0, 0, UInt8($0)]) }
        strangers = (1...Self.strangerCount).compactMap { PeerAddress(bytes: [10, 0, 1, UInt8($0)]) }
    }

    /// 1 … 2³¹ − 1, as scattered as drawn ones. Another token for each number from 0 to 2³¹ − 2.
    func token(_ number: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: (number &+ 1) &* 0x9E37_79B1) & 0x7FFF_FFFF
    }

    /// Where a player is at home: no two share an endpoint.
    func home(_ number: Int) -> PeerEndpoint {
        PeerEndpoint(homes[number % homes.count], port: UInt16(truncatingIfNeeded: 1_024 + number / homes.count))
    }

    /// Somebody whom no session knows.
    func stranger(_ number: Int) -> PeerEndpoint {
        PeerEndpoint(strangers[number % Self.strangerCount], port: 1_024)
    }

    /// From where no player can send.
    var nowhere: PeerEndpoint { PeerEndpoint(homes[0], port: 0) }
}
