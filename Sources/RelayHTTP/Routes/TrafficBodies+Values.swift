internal import RelayAdmin
internal import RelayCore

// Figures of the data plane as the control socket tells them.
extension RateBody {
    init(_ rate: Rate) { self.init(datagrams: Int(rate.datagrams), bytes: Int(rate.bytes)) }
}

extension UsageBody {
    init(_ usage: Usage) {
        self.init()
        datagramsFrom = usage.datagramsFrom
        bytesFrom = usage.bytesFrom
        datagramsTo = usage.datagramsTo
        bytesTo = usage.bytesTo
        activeSeconds = Int(usage.activeSeconds)
        peak = RateBody(usage.peak)
    }
}

extension LinkBody {
    init(_ link: LinkQuality) {
        self.init()
        pings = link.pings
        missedPings = link.missedPings
        jitter = link.jitter
        gaps = link.gaps
        longestGap = Int(link.longestGap)
        lastGap = link.lastGapAge.map { Int($0) }
        moves = link.moves
        rejoins = link.rejoins
    }
}

extension DropCountBody {
    /// The most frequent first.
    static func list(_ drops: [DropReason: UInt64]) -> [DropCountBody] {
        drops.filter { $0.value > 0 }
            .sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { DropCountBody(reason: $0.label, count: $1) }
    }
}
