/// Values that arrive as bare text: from the environment and from options.
enum TextValue {
    /// The value of a key; lists are in YAML flow syntax, everything else is taken as it stands.
    static func read(_ text: String, for key: ConfigurationKey, from origin: Origin) -> SourceContents {
        let start = Position(line: 1, column: 1)
        guard key.isStructured else {
            let node = ValueNode(content: .raw(text), position: start)
            return SourceContents(assignments: [Assignment(key: key, node: node, origin: origin)])
        }
        do {
            let node = try parse(text)
            return SourceContents(assignments: [Assignment(key: key, node: node, origin: origin)])
        } catch {
            return SourceContents(problems: [(origin, "at column \(error.position.column): \(error.message)")])
        }
    }

    /// The keys of a group, given as one YAML flow mapping.
    static func readGroup(_ text: String, named group: String, from origin: Origin) -> SourceContents {
        do {
            var contents = KeyTree.read(try parse(text), group: group, from: origin.source)
            contents.assignments = contents.assignments.map { Assignment(key: $0.key, node: $0.node, origin: origin) }
            contents.problems = contents.problems.map { (origin, $0.message) }
            return contents
        } catch {
            return SourceContents(problems: [(origin, "at column \(error.position.column): \(error.message)")])
        }
    }

    private static func parse(_ text: String) throws(YAMLSource.Failure) -> ValueNode {
        guard text.utf8.count <= YAMLSource.largestFile else {
            throw YAMLSource.Failure(position: Position(line: 1, column: 1), message: "longer than 1 MiB, use the file")
        }
        let empty = ValueNode(content: .plain(""), position: Position(line: 1, column: 1))
        return try YAMLSource.read(text) ?? empty
    }
}
