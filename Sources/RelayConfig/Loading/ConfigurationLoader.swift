/// Brings the sources together: defaults, file, environment, options, each overriding the one before.
package enum ConfigurationLoader {
    /// Loads and checks a configuration.
    ///
    /// The address and the key without which the daemon refuses to run are left to
    /// ``LoadedConfiguration/validateForRun()``.
    /// - Throws: every problem of every source at once.
    package static func load(
        _ request: ConfigurationRequest,
        system: ConfigurationSystem = .live
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        var load = Load(request: request, system: system)
        load.readSources()
        load.applyDefaults()
        load.applyAssignments()
        load.readKeysFile()
        load.check()
        guard load.problems.isEmpty else { throw load.errors }
        return LoadedConfiguration(
            configuration: load.configuration,
            entries: load.entries,
            warnings: load.warnings,
            file: request.chosenFile.path,
            hidesCredentials: load.hidesCredentials
        )
    }
}
