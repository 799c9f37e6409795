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
    static func totals(_ pages: [CounterPage]) -> [PlaneCondition: UInt64] {
        Dictionary(
            uniqueKeysWithValues: allCases.map { condition in
                let total = pages.reduce(UInt64(0)) { sum, page in
                    switch condition {
                    case .drop(let reason): sum &+ page[reason]
                    case .queueOverflow: sum &+ page[.queueOverflows]
                    }
                }
                return (condition, total)
            }
        )
    }
}
