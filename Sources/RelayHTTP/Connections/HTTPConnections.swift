internal import Logging
package import RelayMetrics
internal import RelayNet

/// The connections of all HTTP listeners, and what their clients are owed.
package final class HTTPConnections: Sendable {
    private let owed: OwedAnswersBook

    /// - Parameters:
    ///   - unreadBytes: of answers that clients may leave unread, all together.
    ///   - unreadBytesPerSource: of one source; whoever left nothing unread gets one answer of any size.
    package init(unreadBytes: Int = 64 << 20, unreadBytesPerSource: Int = 16 << 20) {
        owed = OwedAnswersBook(total: unreadBytes, perSource: unreadBytesPerSource)
    }

    /// A table for a listener that is being set up.
    func table(
        for name: String,
        limits: ListenerLimits,
        trustsEverybody: Bool = false,
        logger: Logger,
        isExempt: @escaping @Sendable (IPAddress) -> Bool = { _ in false }
    ) -> ConnectionTable {
        let table = ConnectionTable(
            name: name,
            limits: limits,
            trustsEverybody: trustsEverybody,
            owed: owed,
            logger: logger,
            isExempt: isExempt
        )
        owed.join(table)
        return table
    }

    /// What `/metrics` shows.
    package var families: [MetricFamily] {
        var open = MetricFamily("causeway_http_connections", .gauge, help: "Connections open, by listener.")
        var refused = MetricFamily(
            "causeway_http_refused_connections_total",
            .counter,
            help: "Connections refused, by listener and reason: source (of one source too many), full, kept (for keys)."
        )
        var ended = MetricFamily(
            "causeway_http_early_closes_total",
            .counter,
            help: "Connections closed for others, by listener and reason: idle (the longest), unread (did not read)."
        )
        var owedBytes = MetricFamily(
            "causeway_http_unread_bytes",
            .gauge,
            help: "Bytes of answers that clients have not taken yet."
        )
        var answers = MetricFamily(
            "causeway_http_refused_answers_total",
            .counter,
            help: "Answers not sent since too much was unread, by listener and reason: source (of one source), total."
        )
        for table in owed.members {
            let figures = table.figures
            let listener = MetricFamily.Label("listener", table.label)
            open.add(UInt64(figures.open), labels: [listener])
            for reason in ConnectionPlaces.Refusal.allCases {
                refused.add(figures.refused[reason] ?? 0, labels: [listener, .init("reason", reason.rawValue)])
            }
            for reason in ConnectionTable.EarlyEnd.allCases {
                ended.add(figures.closedEarly[reason] ?? 0, labels: [listener, .init("reason", reason.rawValue)])
            }
            for reason in OwedAnswers.Refusal.allCases {
                answers.add(figures.refusedAnswers[reason] ?? 0, labels: [listener, .init("reason", reason.rawValue)])
            }
        }
        owedBytes.add(UInt64(owed.bytes))
        return [open, refused, ended, owedBytes, answers]
    }
}

extension ConnectionTable {
    /// The listener's name in metrics: `api` of `api.listen`.
    fileprivate var label: String { String(name.prefix { $0 != "." }) }
}
