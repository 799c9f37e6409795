/// What came from somebody within a second.
package struct RateBody: Codable, Sendable, Equatable {
    package var datagrams: Int
    /// UDP payload.
    package var bytes: Int

    package init(datagrams: Int = 0, bytes: Int = 0) {
        self.datagrams = datagrams
        self.bytes = bytes
    }
}

/// What somebody has sent and was sent since it was added. Bytes are UDP payload.
package struct UsageBody: Codable, Sendable, Equatable {
    package var datagramsFrom: UInt64 = 0
    package var bytesFrom: UInt64 = 0
    package var datagramsTo: UInt64 = 0
    package var bytesTo: UInt64 = 0
    /// Seconds in which it sent something.
    package var activeSeconds: Int = 0
    /// The most that came from it within a second.
    package var peak = RateBody()

    package init() {}
}

/// How well somebody's datagrams arrive. Times in milliseconds.
package struct LinkBody: Codable, Sendable, Equatable {
    package var pings: UInt64 = 0
    /// PINGs that should have arrived in between, by one every 500 ms.
    package var missedPings: UInt64 = 0
    /// How much the time between two PINGs varies; `nil` before there were three.
    package var jitter: Double?
    /// Times that nothing came for a second or longer.
    package var gaps: UInt64 = 0
    package var longestGap: Int = 0
    /// Since the last gap ended.
    package var lastGap: Int?
    /// Moves to another address or port since it was added.
    package var moves: UInt64 = 0
    package var rejoins: UInt64 = 0

    package init() {}
}

/// How many datagrams of somebody were dropped for one reason.
package struct DropCountBody: Codable, Sendable, Equatable {
    /// As in the metrics: `over_user_limit`.
    package var reason: String
    package var count: UInt64

    package init(reason: String, count: UInt64) {
        self.reason = reason
        self.count = count
    }
}
