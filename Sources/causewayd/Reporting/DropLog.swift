import RelayCore

/// Decides when a condition of the data plane gets its line in the log: at once where it is new, then once a minute at most.
struct DropLog {
    /// A line to write.
    struct Line: Equatable {
        let condition: PlaneCondition
        /// How many datagrams since the last line about it.
        let count: UInt64
    }

    /// Seconds between two lines about the same condition.
    static let pause = 60.0

    private struct Entry {
        var told: UInt64
        var nextLine = -Double.infinity
    }

    private var entries: [PlaneCondition: Entry]

    /// - Parameter totals: counted before, by another process maybe: not worth a line.
    init(since totals: [PlaneCondition: UInt64]) {
        entries = totals.mapValues { Entry(told: $0) }
    }

    /// - Parameters:
    ///   - totals: the counters now; they only grow.
    ///   - now: seconds on a clock that only goes forward.
    /// - Returns: what is to be told now, in the order of the conditions.
    mutating func lines(_ totals: [PlaneCondition: UInt64], now: Double) -> [Line] {
        PlaneCondition.allCases.compactMap { condition in
            var entry = entries[condition] ?? Entry(told: 0)
            let total = totals[condition] ?? 0
            guard total > entry.told, now >= entry.nextLine else { return nil }
            defer {
                entry = Entry(told: total, nextLine: now + Self.pause)
                entries[condition] = entry
            }
            return Line(condition: condition, count: total - entry.told)
        }
    }
}
