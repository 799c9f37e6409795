extension Duration {
    /// Reads a duration as a person writes it: a decimal number and `us`, `ms`, `s`, `m`, `h` or `d`, such as `500ms`.
    ///
    /// `nil` for anything else: no unit, a sign, blanks, or a value past 100 years.
    package init?(text: String) {
        guard let unitStart = text.firstIndex(where: { $0.isLetter }) else { return nil }
        let digits = text[..<unitStart]
        let secondsPerUnit: Double
        switch text[unitStart...] {
        case "us": secondsPerUnit = 1e-6
        case "ms": secondsPerUnit = 1e-3
        case "s": secondsPerUnit = 1
        case "m": secondsPerUnit = 60
        case "h": secondsPerUnit = 3600
        case "d": secondsPerUnit = 86_400
        default: return nil
        }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), digits.first?.isNumber == true,
            digits.last?.isNumber == true, let number = Double(digits)
        else { return nil }
        let seconds = number * secondsPerUnit
        guard seconds <= 100 * 366 * 86_400 else { return nil }
        self = .nanoseconds(Int64((seconds * 1e9).rounded()))
    }

    /// The duration in whole nanoseconds; 0 for negative ones.
    package var inNanoseconds: UInt64 {
        let parts = components
        guard parts.seconds >= 0, parts.attoseconds >= 0 else { return 0 }
        return UInt64(parts.seconds) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
    }

    /// The duration in seconds, fractions included.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
