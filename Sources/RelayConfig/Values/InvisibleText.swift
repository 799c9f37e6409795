import RelayNet

/// Characters that look like a space, or like nothing, and are neither a space nor nothing to a parser.
enum InvisibleText {
    /// The first of them, with its name and its place, counted from 1 in Unicode scalars.
    static func first(in text: String) -> (name: String, place: Int)? {
        // Most texts have none, and ASCII never does.
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return nil }
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if let name = name(of: scalar) { return (name, index + 1) }
        }
        return nil
    }

    /// What to do about one in a file.
    static func advice(_ name: String) -> String {
        "\(name) stands here: replace it by a plain space or remove it, or put the value in quotes if it is meant"
    }

    /// Why an address with a zone is refused; `nil` where there is none.
    static func zone(in text: String) -> String? {
        IPAddress.zone(in: text).map { "names a zone (\($0)), and link-local addresses are not supported" }
    }

    private static func name(of scalar: Unicode.Scalar) -> String? {
        let known: String
        switch scalar.value {
        case 0x85: known = "a next-line character"
        case 0xA0, 0x202F: known = "a non-breaking space"
        case 0xAD: known = "a soft hyphen"
        case 0x200B: known = "a zero-width space"
        case 0x2028, 0x2029: known = "a line separator"
        case 0xFEFF: known = "a byte-order mark"
        case 0x1680, 0x180E, 0x2000...0x200A, 0x205F, 0x3000: known = "an unusual space"
        case 0x200C...0x200F, 0x202A...0x202E, 0x2060...0x2069: known = "an invisible character"
        default: return nil
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\(known) (U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits))"
    }
}
