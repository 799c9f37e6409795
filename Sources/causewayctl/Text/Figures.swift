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

    /// Bytes a second.
    static func byteRate(_ value: Double) -> String {
        switch value {
        case ..<1_000: "\(Int(value.rounded())) B/s"
        case ..<1_000_000: "\(oneDigit(value / 1_000)) kB/s"
        case ..<1_000_000_000: "\(oneDigit(value / 1_000_000)) MB/s"
        default: "\(oneDigit(value / 1_000_000_000)) GB/s"
        }
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
        guard let milliseconds else { return "never" }
        return switch milliseconds {
        case ..<1_000: "\(milliseconds) ms ago"
        case ..<10_000: "\(oneDigit(Double(milliseconds) / 1_000)) s ago"
        default: "\(time(seconds: Double(milliseconds) / 1_000)) ago"
        }
    }
}
