/// Finds the known keys in a tree of groups, nested, dotted or both.
struct KeyTree {
    private let source: Origin.Source
    private var contents = SourceContents()
    private var places: [String: Position] = [:]

    private init(source: Origin.Source) { self.source = source }

    /// Reads a tree.
    /// - Parameters:
    ///   - node: a mapping.
    ///   - group: the dotted name of the group whose content the mapping is; empty for all keys.
    static func read(_ node: ValueNode, group: String = "", from source: Origin.Source) -> SourceContents {
        var tree = KeyTree(source: source)
        tree.readGroup(node, name: group)
        return tree.contents
    }

    private mutating func readGroup(_ node: ValueNode, name group: String) {
        guard case .map(let pairs) = node.content else {
            // An uncommented group whose keys are all comments is no mistake.
            if case .plain(let text) = node.content, PlainText.meaning(of: text) == "no value", !group.isEmpty {
                return
            }
            complain(
                node.position,
                group.isEmpty
                    ? "the file is \(node.shape), write KEY: VALUE lines"
                    : "\(group) is a group of keys, not \(node.shape): write its keys indented below it"
            )
            return
        }
        var seen: [String: Position] = [:]
        for (key, value) in pairs {
            guard let text = key.text else {
                complain(key.position, "a key is \(key.shape), write a name")
                continue
            }
            let name = group.isEmpty ? text : "\(group).\(text)"
            if let first = seen.updateValue(key.position, forKey: text) ?? places[name] {
                complain(key.position, "\(shown(name)) is given twice, first \(describe(first)): keep one")
            }
            if let known = ConfigurationKey.named(name) {
                places[name] = key.position
                contents.assignments.append(
                    Assignment(key: known, node: value, origin: Origin(source: source, position: value.position))
                )
            } else if ConfigurationKey.groups.contains(name) {
                readGroup(value, name: name)
            } else {
                // The search is slow enough to matter for a file of nothing but unknown keys.
                let nearest = contents.problems.count < 100 ? ConfigurationKey.nearest(to: Self.word(of: name)) : nil
                let advice = nearest.map { "did you mean \($0)?" } ?? "remove it"
                complain(key.position, "unknown key \(shown(name)), \(advice)")
            }
        }
    }

    private mutating func complain(_ position: Position, _ message: String) {
        contents.problems.append((Origin(source: source, position: position), message))
    }

    private func describe(_ position: Position) -> String {
        if case .file = source { return "at line \(position.line)" }
        return "at column \(position.column)"
    }

    private func shown(_ name: String) -> String {
        let isKnown = ConfigurationKey.named(name) != nil || ConfigurationKey.groups.contains(name)
        return isKnown ? name : Complaints.quote(Self.word(of: name))
    }

    /// The part of an unknown key that may be shown: what follows a missing ": " may be a secret.
    static func word(of name: String) -> String {
        let word = name.prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-" }
        return word.count == name.count ? name : "\(word)…"
    }
}
