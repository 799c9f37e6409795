/// Reads settings from `--set KEY=VALUE`.
enum OptionSource {
    /// The values in the order given; the last one of a key counts.
    static func read(_ sets: [String]) -> SourceContents {
        var contents = SourceContents()
        for set in sets {
            let parts = set.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard parts.count == 2 else {
                // The text may be a secret in the wrong place, so only a known name is repeated.
                let place = ConfigurationKey.named(name).map { " after \($0.name)" } ?? ""
                contents.problems.append((Origin(source: .option("")), "no '='\(place), write --set KEY=VALUE"))
                continue
            }
            contents.add(read(name, String(parts[1])))
        }
        return contents
    }

    private static func read(_ name: String, _ value: String) -> SourceContents {
        let origin = Origin(source: .option(name))
        var contents = SourceContents()
        if let key = ConfigurationKey.named(name) {
            contents = TextValue.read(value, for: key, from: origin)
        } else if ConfigurationKey.groups.contains(name) {
            contents = TextValue.readGroup(value, named: name, from: origin)
        } else {
            let advice =
                ConfigurationKey.nearest(to: KeyTree.word(of: name)).map { "did you mean \($0)?" }
                ?? "see causewayd print-config"
            let shown = Origin(source: .option(String(Complaints.quote(KeyTree.word(of: name)).dropFirst().dropLast())))
            return SourceContents(problems: [(shown, "unknown key, \(advice)")])
        }
        if let secret = contents.assignments.first(where: { $0.key.isSecret })?.key
            ?? ConfigurationKey.secret(named: name)
        {
            return SourceContents(problems: [
                (
                    origin,
                    "\(secret.name) is secret and process arguments are visible to other users, "
                        + "write it in the file or set \(secret.environmentName)"
                )
            ])
        }
        return contents
    }
}

extension ConfigurationKey {
    /// The key of a name if its value is secret.
    fileprivate static func secret(named name: String) -> ConfigurationKey? {
        named(name).flatMap { $0.isSecret ? $0 : nil }
    }
}
