internal import RelayCore

// What is to be said about the way from somebody to the relay.
extension Examination {
    /// Milliseconds; transports even out less.
    private static let jittery = 30.0
    /// Milliseconds since the last gap, after which gaps are no news.
    private static let recentGap: UInt32 = 300_000

    /// - Parameter name: `User 2`, or `The host, user 1,`.
    mutating func examine(_ link: LinkQuality, of name: String, _ subject: Finding.Subject) {
        let expected = link.pings + link.missedPings
        if link.isLossy {
            note(
                "link_lossy",
                .problem,
                subject,
                "\(name) has lost datagrams on its way to the relay: \(link.missedPings) of \(expected) PINGs are missing "
                    + "(\(link.missedPings * 100 / expected) %).",
                "Look at its network (wireless, an upload that is full). A program that pauses looks the same."
            )
        }
        // A PING that is missing makes the next one late, too.
        if !link.isLossy, let jitter = link.jitter, jitter > Self.jittery {
            note(
                "link_jittery",
                .note,
                subject,
                "\(name) arrives unevenly: the time between two PINGs varies by \(Diagnosis.tenths(jitter)) ms.",
                "Look at its network (wireless, an upload that is full) and its frame rate."
            )
        }
        if link.gaps > 0, let age = link.lastGapAge, age < Self.recentGap {
            let times = link.gaps == 1 ? "once" : "\(link.gaps) times"
            note(
                "link_gaps",
                .note,
                subject,
                "\(name) was not heard for a second or longer \(times), \(Diagnosis.time(link.longestGap)) at most; the "
                    + "last time ended \(Diagnosis.time(age)) ago.",
                "Look at its program (a pause, a long frame) and its network."
            )
        }
    }

    /// Figures of a link in one sentence, with a space in front; nothing where nothing is known.
    static func figures(_ rate: Rate, _ link: LinkQuality) -> String {
        var parts: [String] = []
        if rate.datagrams > 0 {
            parts.append("\(rate.datagrams) datagrams a second, \(Diagnosis.byteRate(rate.bytes))")
        }
        if let jitter = link.jitter { parts.append("jitter \(Diagnosis.tenths(jitter)) ms") }
        if link.pings > 0 { parts.append("\(link.missedPings) of \(link.pings + link.missedPings) PINGs missing") }
        if link.gaps > 0 { parts.append("gaps: \(link.gaps)") }
        if link.moves > 0 { parts.append("moves: \(link.moves)") }
        if link.rejoins > 0 { parts.append("rejoins: \(link.rejoins)") }
        guard let first = parts.first else { return "" }
        parts[0] = first.prefix(1).uppercased() + first.dropFirst()
        return " " + parts.joined(separator: ", ") + "."
    }
}
