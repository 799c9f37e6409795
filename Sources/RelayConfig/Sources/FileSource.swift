/// Reads the configuration file.
enum FileSource {
    /// The values of a file's text.
    static func read(_ text: String, path: String) -> SourceContents {
        let source = Origin.Source.file(path)
        do {
            // A file of comments alone has no node, or one without a value.
            guard let root = try YAMLSource.read(text), !root.isEmptyDocument else { return SourceContents() }
            return KeyTree.read(root, from: source)
        } catch {
            return SourceContents(problems: [(Origin(source: source, position: error.position), error.message)])
        }
    }

    /// The keys of `api.keys_file`.
    static func readKeys(_ text: String, path: String) -> (
        keys: [APIKey], problems: [(origin: Origin, message: String)]
    ) {
        let source = Origin.Source.file(path)
        var complaints = Complaints(isSecret: true)
        var keys: [APIKey] = []
        do {
            guard let root = try YAMLSource.read(text), !root.isEmptyDocument else { return ([], []) }
            keys = ValueType.apiKeys.read(root, &complaints) ?? []
        } catch {
            complaints.add(error.position, error.message)
        }
        return (keys, complaints.found.map { (Origin(source: source, position: $0.position), $0.message) })
    }
}

extension ValueNode {
    /// Whether the document is there but says nothing.
    fileprivate var isEmptyDocument: Bool {
        if case .plain(let text) = content { return PlainText.meaning(of: text) == "no value" }
        return false
    }
}
