/// A configuration that passed every check of its values, with where each value came from.
package struct LoadedConfiguration: Sendable, Equatable {
    /// One key of the table.
    package struct Entry: Sendable, Equatable {
        /// The dotted name.
        package let key: String
        /// The value as YAML; `(none)` for an absent one, `(secret)` for a secret one.
        package let valueText: String
        /// `default`, `file:line:column`, `environment NAME`, `--set` or `--dev`.
        package let origin: String
    }

    /// The settings.
    package let configuration: Configuration
    /// Every key in the order of the table.
    package let entries: [Entry]
    /// What is accepted but probably not meant, one sentence each.
    package let warnings: [String]
    /// The file that was read or would have been; named by ``validateForRun()``.
    package let file: String
    /// Whether API keys may be in a credential that this process is not shown.
    let hidesCredentials: Bool

    /// Checks what only a daemon that is about to run needs: an address and a key. `--dev` needs neither.
    /// - Parameter seesCredentials: whether this is the unit's main process, which is shown its credentials.
    package func validateForRun(seesCredentials: Bool = false) throws(ConfigurationErrors) {
        let problems = problemsForRun(seesCredentials: seesCredentials)
        if !problems.isEmpty { throw ConfigurationErrors(problems: problems) }
    }

    /// What ``validateForRun(seesCredentials:)`` complains about.
    package func problemsForRun(seesCredentials: Bool) -> [ConfigurationErrors.Problem] {
        guard !configuration.isDev else { return [] }
        var problems: [ConfigurationErrors.Problem] = []
        if configuration.relay.address == nil {
            problems.append(
                ConfigurationErrors.Problem(
                    origin: file,
                    message: "relay.address is missing, add the line 'relay.address: 203.0.113.7' with the public "
                        + "address of this machine"
                )
            )
        }
        if configuration.api.keys.isEmpty, seesCredentials || !hidesCredentials {
            problems.append(
                ConfigurationErrors.Problem(
                    origin: file,
                    message: "no API key, run 'causewayd new-key NAME --scopes sessions,read' and add the line that it "
                        + "prints: 'api.keys: [{name: NAME, sha256: …, scopes: [sessions, read]}]'"
                )
            )
        }
        return problems
    }

    /// A problem with what a key names outside of the configuration, at the place where the key was set.
    package func problem(_ key: String, _ words: String) -> ConfigurationErrors.Problem {
        let origin = entries.first { $0.key == key }?.origin
        let place =
            switch origin {
            case nil, "default": file
            case "--set": "--set \(key)"
            case .some(let origin): origin
            }
        return ConfigurationErrors.Problem(origin: place, message: "\(key): \(words)")
    }
}
