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
    package func validateForRun() throws(ConfigurationErrors) {
        guard !configuration.isDev else { return }
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
        if configuration.api.keys.isEmpty, !hidesCredentials {
            problems.append(
                ConfigurationErrors.Problem(
                    origin: file,
                    message: "no API key, run 'causewayd new-key NAME --scopes sessions,read' and add the line that it "
                        + "prints: 'api.keys: [{name: NAME, sha256: …, scopes: [sessions, read]}]'"
                )
            )
        }
        if !problems.isEmpty { throw ConfigurationErrors(problems: problems) }
    }
}
