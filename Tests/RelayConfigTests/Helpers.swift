import RelayConfig
import Testing

/// The place of the file in tests without a real one.
let testPath = "/etc/causeway/test.yaml"

/// A machine that has only the given files and no port range.
func system(
    _ files: [String: String],
    mode: UInt32 = 0o600,
    portRange: String? = nil
) -> ConfigurationSystem {
    ConfigurationSystem(
        readFile: { path in
            guard let text = files[path] else { return .failure(.missing) }
            let permissions = ConfigurationSystem.Permissions(mode: mode, group: 7)
            return .success(ConfigurationSystem.File(bytes: Array(text.utf8), permissions: permissions))
        },
        localPortRange: { portRange },
        ownGroup: 7
    )
}

/// Loads one file's text, with whatever else a test needs.
func load(
    _ yaml: String? = nil,
    environment: [String: String] = [:],
    sets: [String] = [],
    dev: Bool = false,
    files: [String: String] = [:],
    mode: UInt32 = 0o600,
    portRange: String? = nil
) throws(ConfigurationErrors) -> LoadedConfiguration {
    var files = files
    if let yaml { files[testPath] = yaml }
    return try ConfigurationLoader.load(
        ConfigurationRequest(file: yaml == nil ? nil : testPath, environment: environment, sets: sets, dev: dev),
        system: system(files, mode: mode, portRange: portRange)
    )
}

/// The problems of a load that must fail, without the path of the file: `3:5: message`.
func problems(
    _ yaml: String? = nil,
    environment: [String: String] = [:],
    sets: [String] = [],
    dev: Bool = false,
    files: [String: String] = [:]
) -> [String] {
    do {
        _ = try load(yaml, environment: environment, sets: sets, dev: dev, files: files)
        return []
    } catch {
        return error.problems.map { $0.description.replacing("\(testPath):", with: "") }
    }
}

extension LoadedConfiguration {
    /// The entry of a key.
    func entry(_ key: String) throws -> Entry { try #require(entries.first { $0.key == key }) }
}

/// A hash as the configuration has it.
let someHash = String(repeating: "0123456789abcdef", count: 4)
