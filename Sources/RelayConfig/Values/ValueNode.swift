/// A place in a file, both counted from 1; columns count Unicode scalars.
struct Position: Sendable, Hashable, Comparable, CustomStringConvertible {
    var line: Int
    var column: Int

    static func < (left: Position, right: Position) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    var description: String { "\(line):\(column)" }
}

/// A value as a source wrote it, before a key's type has read it.
struct ValueNode: Sendable {
    /// The three shapes of YAML, and text from outside it.
    indirect enum Content: Sendable {
        /// Text without quotes, which YAML may read as a number, a boolean or nothing at all.
        case plain(String)
        /// Text in quotes or a block: never anything but text.
        case quoted(String)
        /// The text of an environment variable or option, which has no types.
        case raw(String)
        case list([ValueNode])
        case map([(key: ValueNode, value: ValueNode)])
        /// What no key accepts, in words: a tag, for example.
        case unsupported(String)
    }

    var content: Content
    var position: Position

    /// The text of a scalar.
    var text: String? {
        switch content {
        case .plain(let text), .quoted(let text), .raw(let text): text
        case .list, .map, .unsupported: nil
        }
    }

    /// What a reader would call the value: for messages that must not show it.
    var shape: String {
        switch content {
        case .plain(let text): PlainText.meaning(of: text) ?? "text"
        case .quoted: "text in quotes"
        case .raw: "text"
        case .list: "a list"
        case .map: "a group of keys"
        case .unsupported(let what): what
        }
    }
}

/// What YAML makes of text without quotes.
enum PlainText {
    /// `nil` when it is text; else what it is instead. YAML 1.1 and 1.2 together, since people know either.
    static func meaning(of text: String) -> String? {
        switch text.lowercased() {
        case "", "~", "null": return "no value"
        case "true", "false", "yes", "no", "on", "off": return "a boolean"
        default: break
        }
        let digits = text.replacing("_", with: "").lowercased()
        let unsigned = digits.hasPrefix("-") || digits.hasPrefix("+") ? String(digits.dropFirst()) : digits
        let startsLikeNumber =
            unsigned.first?.isASCII == true && (unsigned.first?.isNumber == true || unsigned.first == ".")
        guard startsLikeNumber else { return nil }
        let isRadix = [("0x", 16), ("0o", 8), ("0b", 2)].contains { prefix, radix in
            unsigned.hasPrefix(prefix)
                && unsigned.dropFirst(2).allSatisfy { $0.isHexDigit && ($0.hexDigitValue ?? 16) < radix }
        }
        let isSpecial = [".inf", ".nan"].contains(unsigned)
        return isRadix || isSpecial || Double(unsigned) != nil ? "a number" : nil
    }
}
