import RelayCore

/// What may happen to datagrams and is worth a line in the log.
enum PlaneCondition: Hashable, CaseIterable {
    case drop(DropReason)
    /// The kernel dropped them before the relay saw them.
    case queueOverflow

    static var allCases: [PlaneCondition] { DropReason.allCases.map(Self.drop) + [.queueOverflow] }

    /// The label of the metrics.
    var label: String {
        switch self {
        case .drop(let reason): reason.label
        case .queueOverflow: "queue_overflow"
        }
    }

    /// The sums over all workers.
    /// - Parameter overflows: datagrams lost in full receive queues.
    static func totals(_ pages: [CounterPage], overflows: UInt64) -> [PlaneCondition: UInt64] {
        var totals: [PlaneCondition: UInt64] = [.queueOverflow: overflows]
        for reason in DropReason.allCases { totals[.drop(reason)] = pages.reduce(0) { $0 &+ $1[reason] } }
        return totals
    }
}
