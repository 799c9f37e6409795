extension RunReport {
    /// The report for a person at a terminal.
    package func text() -> String {
        let planned = isPaced ? "\(Self.grouped(UInt64(plannedPps.rounded())))/s planned" : ""
        var lines = [
            setting,
            "",
            row("sent", Self.grouped(sent), flood ? "\(Self.grouped(UInt64(offeredPps)))/s" : planned),
            row("delivered", Self.grouped(delivered), "\(Self.grouped(UInt64(pps)))/s"),
            row("lost", Self.grouped(lost), "\(Self.decimal(lossPercent, places: 4)) %"),
        ]
        for (name, count, meaning) in failures where count > 0 {
            lines.append(row(name, Self.grouped(count), meaning))
        }
        if violations == 0 {
            lines.append(row("wrong", "0", "no corrupt, misrouted, duplicate or unexpected datagram"))
        }
        if reordered > 0 { lines.append(row("reordered", Self.grouped(reordered), "")) }
        if warmupLost > 0 { lines.append(row("warm-up loss", Self.grouped(warmupLost), "not counted above")) }
        if wire == .relay {
            lines.append(row("pings", Self.grouped(pingsSent), "\(Self.grouped(pingReplies)) answered"))
        }
        if forwarderCpuNs > 0 {
            let each = "\(Self.short(forwarderCpuNsPerDatagram)) ns"
            lines.append(row("forwarder", each, "of processor time a datagram"))
        }
        if lossFreePps > 0 { lines.append(row("loss-free", Self.grouped(UInt64(lossFreePps)), "/s at most")) }
        lines.append("")
        if isPaced {
            lines += [
                "latency from planned send time (us):",
                "  p50 \(p50Us)   p90 \(p90Us)   p99 \(p99Us)   p99.9 \(p999Us)   max \(maxUs)",
                "longest gap between two deliveries of a flow: \(Self.short(longestGapMs)) ms",
            ]
        }
        let delays = isPaced ? "sent late p99 \(lateP99Us) us, read late p99 \(receiveLagP99Us) us, " : ""
        lines += [
            "generator: \(delays)\(Self.short(generatorCpuPercent)) % of a core in \(threads) "
                + "thread\(threads == 1 ? "" : "s")",
            "",
            conclusion,
        ]
        return lines.joined(separator: "\n")
    }

    private var isPaced: Bool { !flood && lossFreePps == 0 }

    /// What was asked for, in a line.
    private var setting: String {
        let pace = flood ? "flooded" : isPaced ? "\(Self.short(rate))/s each" : "ever faster"
        var parts = ["\(sessions) sessions x \(clients) clients, \(pace), \(size) bytes, \(direction.rawValue)"]
        if wire != .relay { parts.append("over \(wire.rawValue)") }
        if order == .burst { parts.append("sessions fire together") }
        if burst > 1 { parts.append("\(burst) at a time") }
        if sample > 1 { parts.append("1 in \(sample) verified") }
        if lossFreePps == 0 { parts.append("\(Self.short(durationS)) s (+ \(Self.short(warmupS)) s warm-up)") }
        return parts.joined(separator: ", ")
    }

    private var violations: UInt64 {
        corrupt + misrouted + wrongConnectionId + duplicates + unexpected + pingRepliesNotValid
    }

    private var failures: [(String, UInt64, String)] {
        [
            ("corrupt", corrupt, "bytes or length differ from what was sent"),
            ("misrouted", misrouted, "reached a player they were not meant for"),
            ("wrong id", wrongConnectionId, "connection id changed, shared by two clients, or 0"),
            ("duplicates", duplicates, "arrived more than once"),
            ("unexpected", unexpected, "nothing that this run sent"),
            ("wrong pings", pingRepliesNotValid, "answers with another state than Valid"),
            ("too late", tooOld, "more than 10 s behind; counted as lost"),
            ("refused", refused, "ICMP port unreachable"),
        ]
    }

    private var conclusion: String {
        switch verdict {
        case .ok where flood:
            return "OK: the forwarder was the bottleneck, and nothing that was verified was wrong."
        case .ok where !isPaced:
            return "OK: nothing was lost up to \(Self.grouped(UInt64(lossFreePps))) datagrams a second."
        case .ok:
            return lost == 0
                ? "OK: every datagram arrived once, unharmed."
                : "OK: loss is within the allowed \(Self.short(allowedLossPercent)) %."
        case .failed:
            if violations > 0 { return "FAILED: wrong datagrams (see above)." }
            if sent == 0 { return "FAILED: nothing was sent." }
            let note = refused > 0 ? " The relay's port was closed for a while." : ""
            return
                "FAILED: \(Self.decimal(lossPercent, places: 4)) % lost, \(Self.short(allowedLossPercent)) % allowed.\(note)"
        case .generatorBound:
            return """
                INVALID: the load generator was the bottleneck, so these figures are not the relay's: \(invalidReason).
                Lower --rate or --sessions, add --threads, or run it on a machine of its own.
                """
        case .interrupted:
            return "INTERRUPTED: figures up to the signal only."
        }
    }

    private func row(_ name: String, _ value: String, _ note: String) -> String {
        let label = name + String(repeating: " ", count: max(1, 13 - name.count))
        let figure = String(repeating: " ", count: max(0, 14 - value.count)) + value
        return note.isEmpty ? "\(label)\(figure)" : "\(label)\(figure)   \(note)"
    }

    /// 1234567 as 1,234,567.
    static func grouped(_ value: UInt64) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// A number without a fraction where it has none.
    static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    /// A number with a fixed count of decimal places (0 … 9).
    static func decimal(_ value: Double, places: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = UInt64((max(0, value) * Double(scale)).rounded())
        guard places > 0 else { return String(scaled) }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
