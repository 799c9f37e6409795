import RelayNet

/// One load in progress.
struct Load {
    let request: ConfigurationRequest
    let system: ConfigurationSystem
    var configuration = Configuration.defaults
    var problems: [(origin: Origin, message: String)] = []
    var warnings: [String] = []

    /// Where each key's value came from; none for a default.
    var origins: [String: Origin] = [:]

    /// Keys with a problem: checks that combine keys leave them out.
    var broken: Set<String> = []

    /// Who may read the configuration file; `nil` when there is none.
    var filePermissions: ConfigurationSystem.Permissions?

    /// Whether there may be credentials that this process is not shown.
    var hidesCredentials = false

    private var assignments: [Assignment] = []

    init(request: ConfigurationRequest, system: ConfigurationSystem) {
        self.request = request
        self.system = system
    }

    /// Reads all sources, the weakest first.
    mutating func readSources() {
        let (path, mustExist) = request.chosenFile
        let origin = Origin(source: .file(path))
        if let file = readText(path, mustExist: mustExist, named: "the file", origin: origin) {
            filePermissions = file.permissions
            add(FileSource.read(file.text, path: path))
        }
        add(EnvironmentSource.read(request.environment))
        add(OptionSource.read(request.sets))
    }

    /// Changes the defaults that `--dev` and systemd change.
    mutating func applyDefaults() {
        configuration.isDev = request.dev
        if request.dev {
            configuration.relay.address = IPAddress(ipv4: 0x7F00_0001)
            configuration.state.directory = nil
            origins["relay.address"] = Origin(source: .development)
            origins["state.directory"] = Origin(source: .development)
        } else if let directories = request.environment["STATE_DIRECTORY"],
            // systemd.exec(5): several directories are separated by colons.
            let first = directories.split(separator: ":").first, first.hasPrefix("/")
        {
            configuration.state.directory = String(first)
            origins["state.directory"] = Origin(source: .environment("STATE_DIRECTORY"))
        }
        if !request.dev, let first = request.environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first,
            first.hasPrefix("/")
        {
            configuration.control.socket = "\(first)/control.sock"
            origins["control.socket"] = Origin(source: .environment("RUNTIME_DIRECTORY"))
        }
        applyCredentials()
    }

    /// Reads every value, overridden ones too, so that all problems are told.
    mutating func applyAssignments() {
        for assignment in assignments {
            let key = assignment.key
            var complaints = Complaints(isSecret: key.isSecret)
            key.assign(assignment.node, &configuration, &complaints)
            origins[key.name] = assignment.origin
            for (position, message) in complaints.found {
                broken.insert(key.name)
                var origin = assignment.origin
                var message = message
                if case .file = origin.source {
                    origin.position = position
                    message = "\(key.name): \(message)"
                }
                problems.append((origin, message))
            }
        }
    }

    /// The problems as they are told: by source, and within a file by line.
    var errors: ConfigurationErrors {
        let sorted = problems.enumerated().sorted { left, right in
            let (first, second) = (left.element.origin, right.element.origin)
            if first.isTold(before: second) { return true }
            if second.isTold(before: first) { return false }
            return left.offset < right.offset
        }
        return ConfigurationErrors(problems: sorted.map { $0.element.origin.problem($0.element.message) })
    }

    /// The listing of all keys.
    var entries: [LoadedConfiguration.Entry] {
        ConfigurationKey.table.map { key in
            let text = key.text(configuration)
            return LoadedConfiguration.Entry(
                key: key.name,
                valueText: text.map { key.isSecret ? "(secret)" : $0 } ?? "(none)",
                origin: (origins[key.name] ?? Origin(source: .builtIn)).entryText
            )
        }
    }

    private mutating func add(_ contents: SourceContents) {
        assignments += contents.assignments
        problems += contents.problems
        warnings += contents.warnings
    }
}

extension Origin {
    /// Whether a problem here is told before one there: by source, and within a file by place.
    func isTold(before other: Origin) -> Bool {
        if rank != other.rank { return rank < other.rank }
        guard source == other.source, let position, let there = other.position else { return false }
        return position < there
    }

    private var rank: Int {
        switch source {
        case .builtIn, .development: 0
        case .file: 1
        case .environment: 2
        case .option: 3
        }
    }
}
