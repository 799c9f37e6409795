/// Everything that is measured, as a scraper reads it.
package struct MetricsPage: Sendable, Equatable {
    /// The media type of `text`: the Prometheus text exposition format, version 0.0.4.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var families: [MetricFamily] = []

    package init(_ families: [MetricFamily] = []) {
        for family in families { add(family) }
    }

    /// Adds a family. The samples of a name that is already there join it, since the format allows each name once.
    package mutating func add(_ family: MetricFamily) {
        if let index = families.firstIndex(where: { $0.name == family.name }) {
            families[index].add(contentsOf: family)
        } else {
            families.append(family)
        }
    }

    /// The page: for each family `# HELP`, `# TYPE`, and a line a sample; in the order they were added.
    package var text: String {
        var text = ""
        for family in families {
            text += "# HELP \(family.name) \(Self.escaped(family.help))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples {
                text += family.name + sample.suffix + Self.text(sample.labels) + " " + Self.text(sample.value) + "\n"
            }
        }
        return text
    }

    private static func text(_ labels: [MetricFamily.Label]) -> String {
        if labels.isEmpty { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    private static func text(_ value: MetricFamily.Value) -> String {
        switch value {
        case .whole(let number): "\(number)"
        case .real(let number) where number.isNaN: "NaN"
        case .real(let number) where number.isInfinite: number < 0 ? "-Inf" : "+Inf"
        case .real(let number): "\(number)"
        }
    }

    /// Help escapes the backslash and the line feed, a label's value the double quote too.
    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
