extension ConfigurationDocument {
    /// The commented default file: every key, commented out, with its help and default.
    package static var yaml: String {
        var lines = introduction
        for (group, keys) in groups {
            lines += ["", "# ---- \(titles[group] ?? group) ----"]
            for key in keys {
                lines.append("")
                lines += wrap(key.help, width: 100).map { "# \($0)" }
                lines += wrap(facts(of: key), width: 100).map { "# \($0)" }
                lines.append("#\(key.name): \(key.example)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func facts(of key: ConfigurationKey) -> String {
        let change = key.isReloadable ? "applied by a reload" : "applied by a restart"
        return "(\(key.typeDescription); default: \(defaultWords(of: key)); \(change))"
    }

    private static let introduction = [
        "# Configuration of causewayd. Made from the table of keys in its source by",
        "# 'causewayd print-config --defaults'; docs/configuration.md explains the rules.",
        "#",
        "# Every key stands here, commented out, with its default or an example. To change one, remove the '#' in",
        "# front of its name. Keys may also be nested ('relay:', below it indented 'address: ...'). Durations need a",
        "# unit: 500ms, 10s, 10m, 1h30m, 1d. 'causewayd check-config' tells every mistake with its line.",
        "#",
        "# Two things have no default and are needed: relay.address, and a key in api.keys or api.keys_file.",
    ]
}
