/// Writing of values that YAML reads back unchanged.
enum YAMLText {
    /// Text bare where that is safe, else in double quotes.
    static func scalar(_ text: String) -> String {
        let isSafe = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: ":"): !text.hasPrefix(":") && !text.hasSuffix(":")
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        let startsSafely = text.first.map { $0 != "-" && $0 != "." } ?? false
        if isSafe, startsSafely, PlainText.meaning(of: text) == nil { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// A list in flow style.
    static func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }
}
