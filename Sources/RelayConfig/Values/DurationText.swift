/// Durations as people write them: `500ms`, `10s`, `1h30m`, `1d`.
enum DurationText {
    /// Units from the longest, each with its length in milliseconds.
    private static let units: [(name: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// Reads whole numbers, each with its unit, longer units first and each at most once; `nil` for anything else.
    static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        var total = 0
        var nextUnit = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            // Ten digits of days in milliseconds still fit 64 bits; the range of the key does the rest.
            guard digits.utf8.count <= 10, let count = DecimalText.int(digits),
                let index = units[nextUnit...].firstIndex(where: { $0.name == name })
            else { return nil }
            total += count * units[index].milliseconds
            nextUnit = index + 1
        }
        return nextUnit == 0 ? nil : .milliseconds(total)
    }

    /// The shortest text that ``parse(_:)`` reads back as this duration of whole milliseconds.
    static func text(_ duration: Duration) -> String {
        // Division of durations goes through floating point and loses a millisecond here and there.
        let (seconds, attoseconds) = duration.components
        var rest = Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
