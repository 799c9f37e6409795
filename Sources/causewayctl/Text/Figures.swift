/// Figures as people read them.
enum Figures {
    /// With commas between the thousands.
    static func count(_ value: UInt64) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    static func count(_ value: Double) -> String { count(UInt64(max(0, value.rounded()))) }

    static func byteRate(_ value: Double) -> String { bytes(value) + "/s" }

    static func bytes(_ value: UInt64) -> String { bytes(Double(value)) }

    private static func bytes(_ value: Double) -> String {
        switch value {
        case ..<1_000: "\(Int(value.rounded())) B"
        case ..<1_000_000: "\(oneDigit(value / 1_000)) kB"
        case ..<1_000_000_000: "\(oneDigit(value / 1_000_000)) MB"
        default: "\(oneDigit(value / 1_000_000_000)) GB"
        }
    }

    /// A part in per cent; a dash where there is no whole.
    static func share(_ part: UInt64, of whole: UInt64) -> String {
        whole == 0 ? "-" : "\(oneDigit(Double(part) * 100 / Double(whole))) %"
    }

    static func oneDigit(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Seconds, in the two largest units.
    static func time(seconds: Double) -> String {
        let whole = Int(max(0, seconds))
        return switch whole {
        case ..<60: "\(whole) s"
        case ..<3_600: "\(whole / 60) min \(whole % 60) s"
        case ..<86_400: "\(whole / 3_600) h \(whole % 3_600 / 60) min"
        default: "\(whole / 86_400) d \(whole % 86_400 / 3_600) h"
        }
    }

    /// How long ago, from milliseconds; what never was is "never".
    static func ago(milliseconds: Int?) -> String {
        milliseconds.map { "\(duration(milliseconds: $0)) ago" } ?? "never"
    }

    static func duration(milliseconds: Int) -> String {
        switch milliseconds {
        case ..<1_000: "\(milliseconds) ms"
        case ..<10_000: "\(oneDigit(Double(milliseconds) / 1_000)) s"
        default: time(seconds: Double(milliseconds) / 1_000)
        }
    }
}
