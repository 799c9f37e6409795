/// The texts that are made from the table of keys.
///
/// `config/causeway.yaml` and `docs/configuration.md` are ``yaml`` and ``markdown``; a test holds them to it, and
/// `causewayd print-config --defaults` and `--markdown` print them anew.
package enum ConfigurationDocument {
    /// The keys by their first part, in the order of the table.
    static var groups: [(name: String, keys: [ConfigurationKey])] {
        var groups: [(name: String, keys: [ConfigurationKey])] = []
        for key in ConfigurationKey.table {
            let name = String(key.name.prefix { $0 != "." })
            if groups.last?.name == name {
                groups[groups.count - 1].keys.append(key)
            } else {
                groups.append((name, [key]))
            }
        }
        return groups
    }

    /// What a group is about.
    static let titles: [String: String] = [
        "api": "The HTTP API",
        "relay": "The relay itself: what clients are told, sockets, threads",
        "sessions": "Relay sessions",
        "lobbies": "The lobby service",
        "guess": "Datagrams with wrong tokens",
        "limits": "Limits",
        "webhook": "Webhooks",
        "geoip": "Where addresses are",
        "metrics": "Metrics",
        "log": "Log",
        "control": "Admin tool",
        "state": "State",
    ]

    /// The default in words, for people.
    static func defaultWords(of key: ConfigurationKey) -> String {
        key.defaultText ?? key.defaultNote ?? "none"
    }

    /// A text in lines of at most a width, broken at spaces.
    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
