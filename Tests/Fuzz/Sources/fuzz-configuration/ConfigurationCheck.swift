import FuzzDriver
import RelayConfig

/// Loads a configuration and checks what the loader promises of it.
struct ConfigurationCheck {
    let file: [UInt8]
    let keys: [UInt8]?
    let sets: [String]

    private static let path = "/etc/causeway/fuzz.yaml"
    /// Stands in the environment, and must stand in nothing that is shown.
    private static let secret = "canary-Qx81-never-shown"
    /// No problem is longer, in bytes: a file's own words come back in it, but not without bound.
    private static let longestProblem = 2_000

    /// Keys that are refused, with the secret where a hash should be or where something else should.
    private static let badKeys = [
        secret, "[\(secret)]", "[{name: a, sha256: \(secret), scopes: [read]}]", "[{name: a, scopes: \(secret)}]",
    ]

    func run() {
        let environment = ["CAUSEWAY_WEBHOOK_SECRET": Self.secret]
        checkBadKeys(environment)
        do {
            let loaded = try load(file, sets: sets, environment: environment)
            check(loaded)
            checkWritten(loaded, environment: environment)
            do { try loaded.validateForRun() } catch { check(error) }
        } catch {
            check(error)
        }
    }

    private func load(
        _ file: [UInt8],
        sets: [String],
        environment: [String: String]
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        let keys = keys
        let permissions = ConfigurationSystem.Permissions(mode: 0o644, group: 7)
        let system = ConfigurationSystem(
            readFile: { path in
                guard let bytes = path == Self.path ? file : keys else { return .failure(.missing) }
                return .success(ConfigurationSystem.File(bytes: bytes, permissions: permissions))
            },
            localPortRange: { "32768\t60999\n" },
            ownGroup: 7
        )
        let request = ConfigurationRequest(file: Self.path, environment: environment, sets: sets, dev: false)
        return try ConfigurationLoader.load(request, system: system)
    }

    /// What is wrong with a secret is told without it.
    private func checkBadKeys(_ environment: [String: String]) {
        var environment = environment
        environment["CAUSEWAY_API_KEYS"] = Self.badKeys[file.count % Self.badKeys.count]
        do {
            _ = try load(file, sets: sets, environment: environment)
            Fuzzer.fail("\(environment) passed")
        } catch {
            check(error)
        }
    }

    private func check(_ errors: ConfigurationErrors) {
        Fuzzer.expect(!errors.problems.isEmpty, "refused without a problem")
        for problem in errors.problems { checkShown(problem.description) }
    }

    private func check(_ loaded: LoadedConfiguration) {
        Fuzzer.expect(loaded.configuration.webhook.secret != nil, "the environment's secret is lost")
        for entry in loaded.entries { checkShown("\(entry.key): \(entry.valueText) \(entry.origin)", isBounded: false) }
        for warning in loaded.warnings { checkShown(warning) }
        let changes = Configuration.changes(from: loaded.configuration, to: loaded.configuration)
        Fuzzer.expect(changes.isEmpty, "differs from itself in \(changes)")
    }

    /// One line, of bounded length, without a secret.
    private func checkShown(_ text: String, isBounded: Bool = true) {
        Fuzzer.expect(!text.contains(Self.secret), "a secret in: \(text)")
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        Fuzzer.expect(isPlain, "control characters in: \(text.debugDescription)")
        let isShort = !isBounded || text.utf8.count <= Self.longestProblem
        Fuzzer.expect(isShort, "\(text.utf8.count) bytes: \(text.prefix(200))")
    }

    /// What is shown of the keys that something sets is YAML that makes the same configuration.
    private func checkWritten(_ loaded: LoadedConfiguration, environment: [String: String]) {
        let shown = loaded.entries.filter { $0.origin != "default" && !["(none)", "(secret)"].contains($0.valueText) }
        let text = shown.map { "\($0.key): \($0.valueText)\n" }.joined()
        var expected = loaded.configuration
        do {
            let again = try load(Array(text.utf8), sets: [], environment: environment)
            // Keys are secret, so they are not shown.
            expected.api.keys = again.configuration.api.keys
            Fuzzer.expect(again.configuration == expected, "not the same again: \(text)")
        } catch {
            Fuzzer.fail("shown, and not read: \(error)\n\(text)")
        }
    }
}
