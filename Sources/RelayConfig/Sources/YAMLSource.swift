import Yams

/// Turns YAML text into nodes with places, within bounds that no input can escape.
enum YAMLSource {
    /// The most bytes of a file.
    static let largestFile = 1 << 20

    /// The most nodes of a file, repeated once for each alias that names them.
    private static let mostNodes = 100_000

    /// The deepest nesting of lists and groups; keys need 5.
    private static let deepestNesting = 32

    /// Why a text could not be read as a whole.
    struct Failure: Error {
        let position: Position
        let message: String
    }

    /// Reads one document.
    ///
    /// Keys that stand twice in one mapping are both there, so that the caller can name both places.
    /// - Returns: `nil` for a text without any node.
    static func read(_ text: String) throws(Failure) -> ValueNode? {
        // A byte-order mark would count as a column.
        let text = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
        try YAMLLimits.check(text)
        var renamed = RenamedKeys(text: text)
        while true {
            do {
                // The encoding is named because the default asks the environment and prints.
                let parser = try Parser(yaml: renamed.text, encoding: .utf8)
                guard let root = try parser.singleRoot() else { return nil }
                var remaining = mostNodes
                return try convert(root, renamed, depth: 0, remaining: &remaining)
            } catch let failure as Failure {
                throw failure
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                let position = Position(context.mark)
                guard renamed.rename(at: position) else {
                    throw Failure(position: position, message: "a key is given twice in one group, keep one")
                }
            } catch {
                let failure = failure(error, in: text)
                throw YAMLLimits.look(in: text, upTo: failure.position.line) ?? failure
            }
        }
    }

    private static func convert(
        _ node: Node,
        _ renamed: RenamedKeys,
        depth: Int,
        remaining: inout Int
    ) throws(Failure) -> ValueNode {
        let position = node.mark.map(Position.init) ?? Position(line: 1, column: 1)
        remaining -= 1
        guard remaining > 0 else {
            throw Failure(position: position, message: "more than \(mostNodes) values, remove the surplus")
        }
        guard depth <= deepestNesting else {
            throw Failure(position: position, message: "nested more than \(deepestNesting) levels deep, write less")
        }
        switch node {
        case .scalar(let scalar):
            try refuseInvisible(scalar, at: position)
            return ValueNode(content: content(of: scalar, at: position, renamed), position: position)
        case .sequence(let sequence):
            var items: [ValueNode] = []
            for item in sequence {
                items.append(try convert(item, renamed, depth: depth + 1, remaining: &remaining))
            }
            return ValueNode(content: .list(items), position: position)
        case .mapping(let mapping):
            var pairs: [(key: ValueNode, value: ValueNode)] = []
            for (key, value) in mapping {
                let key = try convert(key, renamed, depth: depth + 1, remaining: &remaining)
                pairs.append((key, try convert(value, renamed, depth: depth + 1, remaining: &remaining)))
            }
            return ValueNode(content: .map(pairs), position: position)
        case .alias:
            return ValueNode(content: .unsupported("an alias"), position: position)
        }
    }

    /// In quotes such a character may be meant; without, somebody has copied the line from a web page or a word processor.
    private static func refuseInvisible(_ scalar: Node.Scalar, at position: Position) throws(Failure) {
        guard scalar.style == .plain || scalar.style == .any, let hidden = InvisibleText.first(in: scalar.string) else {
            return
        }
        throw Failure(
            position: Position(line: position.line, column: position.column + hidden.place - 1),
            message: InvisibleText.advice(hidden.name)
        )
    }

    private static func content(of scalar: Node.Scalar, at position: Position, _ renamed: RenamedKeys)
        -> ValueNode.Content
    {
        let text = renamed.original(of: scalar.string, at: position)
        let tag = scalar.tag.rawValue
        switch scalar.style {
        case .any, .plain:
            // Comparing keys made the parser replace their empty tags by what it takes them for.
            if tag == Tag.Name.str.rawValue { return .quoted(text) }
            return plainTags.contains(tag) ? .plain(text) : .unsupported("a tagged value")
        default:
            return tag == Tag.Name.str.rawValue || tag == Tag.Name.nonSpecific.rawValue
                ? .quoted(text) : .unsupported("a tagged value")
        }
    }

    private static let plainTags: Set<String> = Set(
        ([.implicit, .bool, .int, .float, .merge, .null, .timestamp, .value] as [Tag.Name]).map(\.rawValue)
    )

    /// What the parser found, without the snippet of the file that it would show: that may hold a secret.
    private static func failure(_ error: any Error, in text: String) -> Failure {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            // The mark of a broken alias lies behind its star.
            Failure(
                position: Position(context.map { $0.text.contains("an alias") ? $0.mark : mark } ?? mark),
                message: YAMLLimits.explain(problem, context: context?.text)
            )
        case YamlError.reader(let problem, let offset, _, _):
            Failure(
                position: YAMLLimits.position(ofCharacter: offset ?? 0, in: text),
                message: "the text is not YAML: \(problem), remove the character or write it as an escape in quotes"
            )
        default:
            Failure(
                position: Position(line: 1, column: 1),
                message: "the text is not YAML, check it with another parser"
            )
        }
    }
}

extension Position {
    fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
