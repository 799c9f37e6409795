internal import RelayCore

/// Which sessions a list shows. All of them begin with those in which somebody seems not to get through; newest first
/// among equals.
package enum SessionSelection: String, Sendable, Hashable, CaseIterable {
    /// Then those in which somebody plays, then all others.
    case all
    /// Not those in which everybody seems to get through.
    case problems
    /// Only those in which somebody plays, and got through or not.
    case live
}

extension SessionService {
    /// Sessions that are put in order at most: what comes after them is newest first.
    private static var mostRanked: Int { 5_000 }

    /// Those that matter first, so that nobody who plays is hidden behind sessions in which nobody does.
    /// - Parameters:
    ///   - page: from 1; one past the end is empty.
    ///   - limit: 1 to 100.
    /// - Returns: `total` counts all pages.
    package func inspect(
        _ selection: SessionSelection,
        page: Int,
        limit: Int
    ) async throws(RelayError) -> (sessions: [InspectedSession], total: Int) {
        let seen = await surveyor.look()
        // For the limits of page and limit, and whether anything can be told yet.
        _ = try await list(page: page, limit: limit)
        let found = ids(selection, seen, skip: page - 1, limit: limit)
        var inspected: [InspectedSession] = []
        for id in found.ids {
            guard let entry = entries[id], entry.phase == .live else { continue }
            let report = await plane.report(ofSession: entry.session.token)
            inspected.append(inspection(entries[id] ?? entry, report))
        }
        return (inspected, found.total)
    }

    /// - Parameter skip: so many whole pages.
    private func ids(
        _ selection: SessionSelection,
        _ seen: [UInt32: Bool],
        skip pages: Int,
        limit: Int
    ) -> (ids: [String], total: Int) {
        let troubled = newest(seen.lazy.filter(\.value).map(\.key), atMost: Self.mostRanked)
        let well = newest(seen.lazy.filter { !$0.value }.map(\.key), atMost: Self.mostRanked - troubled.count)
        let first = selection == .problems ? troubled : troubled + well
        let (skipped, overflow) = pages.multipliedReportingOverflow(by: limit)
        guard !overflow else { return ([], index.count) }
        var ids = Array(first.dropFirst(skipped).prefix(limit))
        if selection == .live { return (ids, first.count) }
        if ids.count < limit {
            ids += index.newest(
                excluding: Set(troubled + well),
                skip: max(0, skipped - first.count),
                limit: limit - ids.count
            )
        }
        return (ids, selection == .problems ? max(0, index.count - well.count) : index.count)
    }

    /// The ids of live sessions with these tokens, newest first.
    private func newest(_ tokens: some Sequence<UInt32>, atMost limit: Int) -> [String] {
        var found: [(sequence: Int64, id: String)] = []
        for token in tokens where found.count < limit {
            guard let id = idsByToken[token], let entry = entries[id], entry.phase == .live else { continue }
            found.append((entry.session.sequence, id))
        }
        return found.sorted { $0.sequence > $1.sequence }.map(\.id)
    }
}
