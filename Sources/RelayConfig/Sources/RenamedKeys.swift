/// Lets a parser that gives up at keys given twice read on, so that all problems of a file can be told at once.
///
/// The first of two equal keys gets another first character, of the same width and from Unicode's private area, and the
/// text is parsed again. What was there is remembered by its place.
struct RenamedKeys {
    /// The text to parse.
    private(set) var text: String

    private var scalars: [Unicode.Scalar]
    private var originals: [Position: Unicode.Scalar] = [:]

    /// The most keys that are renamed.
    private static let mostKeys = 20

    /// The most bytes that are parsed again because of renamed keys: a small file gets all of its passes, a huge one few.
    private static let mostBytes = YAMLSource.largestFile

    init(text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    /// Changes the key at a place; `false` when that is not possible, for a key that is no plain word for example.
    mutating func rename(at position: Position) -> Bool {
        guard originals.count < Self.mostKeys, text.utf8.count * (originals.count + 1) <= Self.mostBytes,
            originals[position] == nil, let start = index(of: position),
            let replacement = Unicode.Scalar(0xE000 + UInt32(originals.count))
        else { return false }
        let isQuoted = scalars[start] == "\"" || scalars[start] == "'"
        let target = isQuoted ? start + 1 : start
        // An escape or an empty key would change its meaning with one character.
        guard target < scalars.count, scalars[target].properties.isAlphabetic || scalars[target] == "_" else {
            return false
        }
        originals[position] = scalars[target]
        scalars[target] = replacement
        var changed = String.UnicodeScalarView()
        changed.append(contentsOf: scalars)
        text = String(changed)
        return true
    }

    /// The key as the file has it.
    func original(of key: String, at position: Position) -> String {
        guard let first = originals[position] else { return key }
        return String(first) + String(key.unicodeScalars.dropFirst())
    }

    /// Lines end where libyaml ends them: CR LF, LF, CR, NEL, LS and PS.
    private func index(of position: Position) -> Int? {
        var line = 1
        var index = 0
        while line < position.line, index < scalars.count {
            switch scalars[index] {
            case "\r" where index + 1 < scalars.count && scalars[index + 1] == "\n": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": line += 1
            default: break
            }
            index += 1
        }
        let target = index + position.column - 1
        return line == position.line && target < scalars.count ? target : nil
    }
}
