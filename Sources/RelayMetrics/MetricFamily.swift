/// A metric: its name, what it means, and one sample for each combination of labels.
package struct MetricFamily: Sendable, Equatable {
    /// What the values do over time.
    package enum Kind: String, Sendable {
        /// Only grows, and starts again from 0 with the process.
        case counter
        /// Goes up and down.
        case gauge
        /// How many values lie below each of some bounds.
        case histogram
    }

    /// A label's name and value.
    package struct Label: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            precondition(MetricFamily.isName(name), "'\(name)' is no label name")
            self.name = name
            self.value = value
        }
    }

    /// A count, exact over the whole range, or something measured.
    package enum Value: Sendable, Equatable {
        case whole(UInt64)
        case real(Double)
    }

    struct Sample: Sendable, Equatable {
        /// What follows the family's name: `_bucket`, `_sum` and `_count` of a histogram.
        var suffix = ""
        let labels: [Label]
        let value: Value
    }

    package let name: String
    package let kind: Kind
    /// One sentence for whoever reads the page.
    package let help: String
    private(set) var samples: [Sample] = []

    /// - Parameter name: letters, digits and `_`, not starting with a digit; a counter's ends in `_total` by convention.
    package init(_ name: String, _ kind: Kind, help: String) {
        precondition(Self.isName(name), "'\(name)' is no metric name")
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// Adds a count; exact over the whole range.
    package mutating func add(_ value: UInt64, labels: [Label] = []) {
        samples.append(Sample(labels: labels, value: .whole(value)))
    }

    /// Adds a measured value; seconds and bytes without prefixes, by convention.
    package mutating func add(_ value: Double, labels: [Label] = []) {
        samples.append(Sample(labels: labels, value: .real(value)))
    }

    /// Adds a histogram.
    /// - Parameters:
    ///   - bounds: the most that a value of each bucket may be, growing.
    ///   - counts: how many values each bucket has, and one figure more for those past the last bound where there are any.
    ///   - sum: of all values.
    package mutating func add(bounds: [Double], counts: [UInt64], sum: Value, labels: [Label] = []) {
        var count: UInt64 = 0
        for (index, bucket) in counts.enumerated() {
            count &+= bucket
            guard index < bounds.count else { continue }
            let bound = Label(
                "le",
                bounds[index] == bounds[index].rounded() ? "\(Int(bounds[index]))" : "\(bounds[index])"
            )
            samples.append(Sample(suffix: "_bucket", labels: labels + [bound], value: .whole(count)))
        }
        samples.append(Sample(suffix: "_bucket", labels: labels + [Label("le", "+Inf")], value: .whole(count)))
        samples.append(Sample(suffix: "_sum", labels: labels, value: sum))
        samples.append(Sample(suffix: "_count", labels: labels, value: .whole(count)))
    }

    mutating func add(contentsOf other: MetricFamily) { samples += other.samples }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy {
            isDigit($0) || $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
