/// The permission bits of a file, written in octal as chmod(1) takes them: `0660`.
package struct FileMode: Sendable, Equatable, CustomStringConvertible {
    /// At most 0o777.
    package let bits: UInt32

    init(bits: UInt32) { self.bits = bits }

    /// Reads three octal digits with or without a zero before them; `nil` for anything else, and for a mode with which
    /// the owner itself could not use the file.
    init?(_ text: String) {
        let digits = text.utf8.count == 4 && text.hasPrefix("0") ? text.dropFirst() : Substring(text)
        guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (48...55).contains($0) }),
            let bits = UInt32(digits, radix: 8), bits & 0o600 == 0o600
        else { return nil }
        self.bits = bits
    }

    /// The text that ``init(_:)`` reads, with four digits.
    package var description: String { "0" + String(bits, radix: 8) }
}

extension ValueType where Value == FileMode {
    /// Who may use a file, in octal.
    static let fileMode = parsed(
        "file mode in octal",
        expected: "three or four octal digits such as 0660, of which the owner may read and write",
        parse: { FileMode($0) },
        problem: { _ in "is not a usable file mode" },
        write: { $0.description }
    )
}

extension ValueType where Value == String {
    /// The name of a group, or its number.
    static let group = parsed(
        "name or number of a group",
        expected: "one such as www-data or 33",
        parse: { text in
            let isName = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
            return isName && (1...32).contains(text.utf8.count) && !text.hasPrefix("-") ? text : nil
        },
        problem: { _ in "is not the name of a group" },
        write: { YAMLText.scalar($0) }
    )
}
