/// Problems found while reading one value, each with its place.
struct Complaints {
    /// Whether the value must not appear in a message.
    let isSecret: Bool

    /// What was found, in the order of finding.
    private(set) var found: [(position: Position, message: String)] = []

    init(isSecret: Bool) { self.isSecret = isSecret }

    /// Notes a problem: what is wrong, and what to write instead.
    mutating func add(_ position: Position, _ message: String) {
        found.append((position, message))
    }

    /// Notes that the value is of the wrong type.
    mutating func addWrongType(_ node: ValueNode, expected: String) {
        let value = isSecret ? nil : node.text.map(Self.quote)
        switch (value, PlainText.meaning(of: node.text ?? "-")) {
        case (_, "no value"?):
            addMissing(node, expected: expected)
        case (let value?, _):
            add(node.position, "\(value) is \(node.shape), write \(expected)")
        case (nil, _):
            add(node.position, "the value is \(node.shape), write \(expected)")
        }
    }

    /// Notes that the value is well-formed YAML but not what the key takes.
    mutating func addInvalid(_ node: ValueNode, problem: String, expected: String) {
        guard node.text?.isEmpty != true else {
            addMissing(node, expected: expected)
            return
        }
        let text = node.text ?? ""
        if let hidden = InvisibleText.first(in: text) {
            add(node.position, "\(show(text)) has \(hidden.name) as its character \(hidden.place), write \(expected)")
        } else {
            add(node.position, "\(show(text)) \(problem), write \(expected)")
        }
    }

    private mutating func addMissing(_ node: ValueNode, expected: String) {
        if case .raw = node.content {
            add(node.position, "is empty, write \(expected) or leave it out")
        } else {
            add(node.position, "has no value, write \(expected) or remove the line")
        }
    }

    /// A value for a message; words in its place when it is secret.
    func show(_ text: String) -> String { isSecret ? "the value (not shown)" : Self.quote(text) }

    /// A value in quotes, on one line and of readable length.
    static func quote(_ text: String) -> String {
        let scalars = text.unicodeScalars
        var shown = ""
        for scalar in scalars.prefix(60) {
            let isPrintable = !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
            shown += isPrintable || scalar == " " ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return scalars.count > 60 ? "'\(shown)…'" : "'\(shown)'"
    }
}
