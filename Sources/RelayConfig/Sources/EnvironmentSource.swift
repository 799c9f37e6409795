/// Reads settings from environment variables.
enum EnvironmentSource {
    /// What every variable of the project starts with.
    static let prefix = "CAUSEWAY_"

    /// Variables that are no keys: the key of `--dev`, the key of client tools, the path of the file, causewayctl's socket.
    private static let reserved: Set<String> = [
        "CAUSEWAY_DEV_KEY", "CAUSEWAY_KEY", "CAUSEWAY_CONFIG", "CAUSEWAY_CONTROL",
    ]

    /// The values of an environment, in the order of the variables' names, groups before single keys.
    static func read(_ environment: [String: String]) -> SourceContents {
        let keys = Dictionary(ConfigurationKey.table.map { ($0.environmentName, $0) }) { first, _ in first }
        let groups = Dictionary(ConfigurationKey.groups.map { (variable(of: $0), $0) }) { first, _ in first }
        var ofGroups = SourceContents()
        var ofKeys = SourceContents()
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
            let origin = Origin(source: .environment(name))
            if reserved.contains(name) || isServiceLink(name, value) { continue }
            if let key = keys[name] {
                ofKeys.add(TextValue.read(value, for: key, from: origin))
            } else if let group = groups[name] {
                ofGroups.add(TextValue.readGroup(value, named: group, from: origin))
            } else {
                // Not an error: whoever runs the machine may have variables of that name for something else.
                let nearest = NearestName.find(name, among: keys.keys.sorted())
                let advice = nearest.map { "did you mean \($0)?" } ?? "unset it if it is meant for Causeway"
                ofKeys.warnings.append("environment \(name): no key has this variable, \(advice)")
            }
        }
        ofGroups.add(ofKeys)
        return ofGroups
    }

    private static func variable(of name: String) -> String {
        prefix + name.uppercased().replacing(".", with: "_")
    }

    /// Kubernetes gives every pod such variables for each service of its namespace, and one may be called causeway.
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") { return true }
        let protocols = ["TCP", "UDP", "SCTP"]
        if name.hasSuffix("_PORT"), protocols.contains(where: { value.hasPrefix("\($0.lowercased())://") }) {
            return true
        }
        let parts = name.split(separator: "_")
        return parts.indices.dropLast(2).contains { index in
            parts[index] == "PORT" && DecimalText.uint16(parts[index + 1]) != nil
                && protocols.contains(String(parts[index + 2]))
        }
    }
}

extension SourceContents {
    /// Appends what another source said.
    mutating func add(_ other: SourceContents) {
        assignments += other.assignments
        problems += other.problems
        warnings += other.warnings
    }
}
