/// Where a value came from, or where a problem lies.
struct Origin: Sendable, Hashable {
    /// The kinds of source, from the weakest to the strongest.
    enum Source: Sendable, Hashable {
        case builtIn
        case development
        case file(String)
        case environment(String)
        case option(String)
    }

    var source: Source
    /// The place in a file.
    var position: Position?

    /// The text for ``LoadedConfiguration/Entry``.
    var entryText: String {
        switch source {
        case .builtIn: "default"
        case .development: "--dev"
        case .file: problemText
        case .environment: problemText
        case .option: "--set"
        }
    }

    /// The text in front of a problem.
    var problemText: String {
        switch source {
        case .builtIn: "default"
        case .development: "--dev"
        case .file(let path): position.map { "\(path):\($0)" } ?? path
        case .environment(let name): "environment \(name)"
        case .option(let name): name.isEmpty ? "--set" : "--set \(name)"
        }
    }

    /// A problem at this origin.
    func problem(_ message: String) -> ConfigurationErrors.Problem {
        ConfigurationErrors.Problem(origin: problemText, message: message)
    }
}

/// One key with the value that one source gave it.
struct Assignment: Sendable {
    let key: ConfigurationKey
    let node: ValueNode
    let origin: Origin
}

/// What one source said: its values, and what was wrong with the rest.
struct SourceContents {
    var assignments: [Assignment] = []
    var problems: [(origin: Origin, message: String)] = []
    /// What is passed over, one sentence each.
    var warnings: [String] = []
}
