import RelayControl
import RelayCore

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func token() -> UInt32 { UInt32.random(in: 1...UInt32(Int32.max), using: &self) }
}

extension Session {
    static func sample(
        _ sequence: Int64,
        users: Int = 3,
        pair: PortPairID = .shared,
        webhook: String? = nil,
        using generator: inout SeededGenerator
    ) -> Session {
        let digits = String(generator.next() >> 16, radix: 16)
        return Session(
            id: String(repeating: "0", count: 12 - digits.count) + digits + "-S",
            token: generator.token(),
            users: (0..<users).map {
                SessionUser(number: Int32($0 + 1), address: "2001:DB8::\($0)", token: generator.token())
            },
            nextUserNumber: Int32(users + 1),
            portPair: pair,
            ports: PortPair(server: 32000, client: 32001),
            createdInGeneration: 1,
            createdAt: 1_700_000_000.25 + Double(sequence),
            sequence: sequence,
            webhookURL: webhook
        )
    }
}

extension PendingWebhook {
    static func sample(_ id: Int64, sessionID: String) -> PendingWebhook {
        PendingWebhook(
            id: id,
            sessionID: sessionID,
            url: "https://example.com/hook?key=ä",
            body: [0, 255, 123, 0, 10],
            createdAt: 1_700_000_000.5,
            attempts: 0,
            nextAttemptAt: 1_700_000_001.5
        )
    }
}
