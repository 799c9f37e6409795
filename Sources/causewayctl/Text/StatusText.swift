internal import RelayAdmin

/// A status as lines for people.
enum StatusText {
    /// - Parameter explains: whether each reason for a drop comes with what to do.
    static func lines(_ status: StatusBody, _ rates: Rates, explains: Bool) -> [String] {
        var lines = [
            "causewayd \(status.version), process \(status.processId), up \(Figures.time(seconds: status.uptime)): "
                + phase(status),
            "Sessions  \(Figures.count(UInt64(status.sessions))) with \(Figures.count(UInt64(status.users))) users, on "
                + "\(status.workers) worker\(status.workers == 1 ? "" : "s")",
            "In        \(Figures.count(rates.receivedDatagrams)) datagrams/s, \(Figures.byteRate(rates.receivedBytes))"
                + batch(rates.receiveBatch),
            "Out       \(Figures.count(rates.sentDatagrams)) datagrams/s, \(Figures.byteRate(rates.sentBytes))"
                + batch(rates.sendBatch),
        ]
        if status.parkedSessions > 0 {
            lines.append("Parked    \(status.parkedSessions) stored sessions have no ports to be served on")
        }
        if status.pendingRemovals > 0 {
            lines.append("Pending   removals in \(status.pendingRemovals) sessions are in force, but not on disk yet")
        }
        if status.traffic.queueOverflows > 0 {
            lines.append(
                "Lost      \(Figures.count(status.traffic.queueOverflows)) datagrams in full receive queues since the start"
            )
        }
        return lines + drops(status, rates, explains: explains)
    }

    private static func phase(_ status: StatusBody) -> String {
        guard let drain = status.drain else { return status.phase }
        return "draining, " + DrainText.progress(drain)
    }

    private static func batch(_ size: Double?) -> String {
        size.map { ", \(Figures.oneDigit($0)) with one system call" } ?? ""
    }

    private static func drops(_ status: StatusBody, _ rates: Rates, explains: Bool) -> [String] {
        guard !status.drops.isEmpty else { return ["Dropped   nothing since the start"] }
        var table = Table("Dropped", "since start", "a second", "what")
        for drop in status.drops {
            table.add(
                "  \(drop.reason)",
                Figures.count(drop.count),
                Figures.count(rates.drops[drop.reason] ?? 0),
                drop.meaning
            )
        }
        guard explains else { return table.lines }
        // The first line has the titles; each other belongs to one reason.
        return [table.lines[0]]
            + zip(table.lines.dropFirst(), status.drops).flatMap { line, drop in
                (rates.drops[drop.reason] ?? 0) > 0 ? [line, "    → \(drop.advice)"] : [line]
            }
    }
}

/// A drain in words.
enum DrainText {
    static func progress(_ drain: DrainBody) -> String {
        let left = "\(drain.sessions) session\(drain.sessions == 1 ? "" : "s") left"
        let until = drain.until > 0 ? " (stops at \(drain.until))" : ""
        guard let remaining = drain.remaining else { return left + until }
        return left + until + ", \(Figures.time(seconds: remaining)) until the deadline"
    }
}
