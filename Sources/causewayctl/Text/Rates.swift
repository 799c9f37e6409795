internal import RelayAdmin

/// What went through within a time, each second of it.
struct Rates: Encodable {
    var receivedDatagrams: Double
    var receivedBytes: Double
    var sentDatagrams: Double
    var sentBytes: Double
    var droppedDatagrams: Double
    /// By reason; reasons of which nothing was dropped are left out.
    var drops: [String: Double]
    /// Datagrams that came, or left, with one system call; `nil` where none did.
    var receiveBatch: Double?
    var sendBatch: Double?

    /// Between two answers of one daemon.
    init(from old: StatusBody, to new: StatusBody) {
        let seconds = max(new.clock - old.clock, 0.001)
        func rate(_ figure: (TrafficBody) -> UInt64) -> Double {
            Double(figure(new.traffic) &- figure(old.traffic)) / seconds
        }
        func ratio(_ figure: (TrafficBody) -> UInt64, to batches: (TrafficBody) -> UInt64) -> Double? {
            let count = batches(new.traffic) &- batches(old.traffic)
            return count == 0 ? nil : Double(figure(new.traffic) &- figure(old.traffic)) / Double(count)
        }
        receivedDatagrams = rate(\.receivedDatagrams)
        receivedBytes = rate(\.receivedBytes)
        sentDatagrams = rate(\.sentDatagrams)
        sentBytes = rate(\.sentBytes)
        receiveBatch = ratio(\.receivedDatagrams, to: \.receiveBatches)
        sendBatch = ratio(\.sentDatagrams, to: \.sendBatches)
        let before = Dictionary(old.drops.map { ($0.reason, $0.count) }) { first, _ in first }
        drops = [:]
        for drop in new.drops {
            let count = drop.count &- (before[drop.reason] ?? 0)
            if count > 0 { drops[drop.reason] = Double(count) / seconds }
        }
        droppedDatagrams = drops.values.reduce(0, +)
    }
}

/// A status with its rates, as `--json` prints it.
struct RatedStatus: Encodable {
    let status: StatusBody
    let rates: Rates

    private enum Keys: CodingKey { case rates }

    func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(rates, forKey: .rates)
    }
}
