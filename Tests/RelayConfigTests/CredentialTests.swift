import RelayConfig
import Testing

@Suite("Credentials of the service manager")
struct CredentialTests {
    private static let environment = ["CREDENTIALS_DIRECTORY": "/run/credentials/causeway.service"]
    private static let keysFile = "/run/credentials/causeway.service/causeway.keys"
    private static let secretFile = "/run/credentials/causeway.service/causeway.webhook-secret"
    private static let keys = "- {name: one, sha256: \(someHash), scopes: [read]}\n"

    @Test("They are what keys and secret are by default")
    func defaults() throws {
        let loaded = try load(
            environment: Self.environment,
            files: [Self.keysFile: Self.keys, Self.secretFile: "a secret\n"]
        )
        #expect(loaded.configuration.api.keys.map(\.name) == ["one"])
        #expect(loaded.configuration.webhook.secret == "a secret")
        #expect(try loaded.entry("webhook.secret").origin == "environment CREDENTIALS_DIRECTORY")
        #expect(try loaded.entry("webhook.secret").valueText == "(secret)")
        #expect(loaded.warnings.isEmpty)
    }

    @Test("Without them a unit that names them starts all the same")
    func missing() throws {
        let loaded = try load(environment: Self.environment)
        #expect(loaded.configuration == .defaults)
    }

    @Test("What is set wins")
    func overridden() throws {
        let loaded = try load(
            "{webhook.secret: other, api.keys_file: /etc/causeway/keys.yaml}",
            environment: Self.environment,
            files: [Self.keysFile: Self.keys, Self.secretFile: "a secret", "/etc/causeway/keys.yaml": ""]
        )
        #expect(loaded.configuration.webhook.secret == "other")
        #expect(loaded.configuration.api.keys.isEmpty)
    }

    @Test("Keys that only the daemon's main process is shown are not missed by the check before a reload")
    func hidden() throws {
        let hidden = ConfigurationSystem(
            readFile: { $0.hasPrefix("/run/") ? .failure(.unreadable("Permission denied")) : .failure(.missing) },
            localPortRange: { nil },
            ownGroup: 7
        )
        let request = ConfigurationRequest(
            file: nil,
            environment: Self.environment,
            sets: ["relay.address=203.0.113.7"],
            dev: false
        )
        let loaded = try ConfigurationLoader.load(request, system: hidden)
        #expect(loaded.warnings.contains { $0.contains("cannot be seen from here") })
        #expect(throws: Never.self) { try loaded.validateForRun() }
    }

    @Test("One that says nothing is a mistake, and its text is never told")
    func empty() {
        #expect(
            problems(environment: Self.environment, files: [Self.secretFile: "\n"]) == [
                "environment CREDENTIALS_DIRECTORY: the credential causeway.webhook-secret is empty, write the secret into "
                    + "it or remove it"
            ]
        )
    }
}
