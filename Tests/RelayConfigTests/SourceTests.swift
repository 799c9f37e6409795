import RelayConfig
import RelayNet
import Testing

@Suite("Environment, options and precedence")
struct SourceTests {
    @Test("Each source overrides the one before it, and is named")
    func precedence() throws {
        let file = "log.level: error\nlog.format: json\nsessions.max: 5\n"
        let environment = [
            "CAUSEWAY_LOG_LEVEL": "debug", "CAUSEWAY_SESSIONS_MAX": "6", "PATH": "/bin", "CAUSEWAY": "x",
        ]
        let loaded = try load(file, environment: environment, sets: ["sessions.max=7", "sessions.max=8"])
        #expect(loaded.configuration.log.format == .json)
        #expect(loaded.configuration.log.level == .debug)
        #expect(loaded.configuration.sessions.max == 8)
        let origins = try ["log.format", "log.level", "sessions.max", "api.listen"].map { try loaded.entry($0).origin }
        #expect(origins == ["\(testPath):2:13", "environment CAUSEWAY_LOG_LEVEL", "--set", "default"])
        #expect(loaded.entries.map(\.key) == ConfigurationKey.table.map(\.name))
    }

    @Test("Problems of all sources are told at once, overridden values included")
    func all() {
        let found = problems(
            "log.level: loud\n",
            environment: ["CAUSEWAY_LOG_LEVEL": "quiet", "CAUSEWAY_LOG_LEVL": "info"],
            sets: ["log.level=info", "log.levels=info", "log.level"]
        )
        let words = "trace, debug, info, notice, warning, error, critical"
        #expect(
            found == [
                "1:12: log.level: 'loud' is unknown, write one of \(words)",
                "environment CAUSEWAY_LOG_LEVEL: 'quiet' is unknown, write one of \(words)",
                "--set log.levels: unknown key, did you mean log.level?",
                "--set: no '=' after log.level, write --set KEY=VALUE",
            ]
        )
    }

    @Test("Lists and groups come in YAML flow syntax, single keys win over their group")
    func structured() throws {
        let loaded = try load(
            environment: [
                "CAUSEWAY_API_TRUSTED_PROXIES": "[10.0.0.0/8, 192.0.2.1]",
                "CAUSEWAY_API_KEYS": "[{name: a, sha256: \(someHash), scopes: [admin]}]",
                "CAUSEWAY_RELAY_LOCATION": "{city: Montreal, country: Canada, location_tags: [x]}",
                "CAUSEWAY_RELAY_LOCATION_CITY": "Quebec",
            ],
            sets: ["relay.location={latitude: 1.5, longitude: -2}", "webhook.allow_networks=[10.0.0.0/8]"]
        )
        let configuration = loaded.configuration
        #expect(configuration.api.trustedProxies.map(\.description) == ["10.0.0.0/8", "192.0.2.1/32"])
        #expect(configuration.api.keys.map(\.name) == ["a"])
        #expect(configuration.relay.location.city == "Quebec")
        #expect(configuration.relay.location.country == "Canada")
        #expect(configuration.relay.location.locationTags == ["x"])
        #expect(configuration.relay.location.latitude == 1.5)
        #expect(configuration.webhook.allowNetworks.map(\.description) == ["10.0.0.0/8"])
        #expect(try loaded.entry("relay.location.country").origin == "environment CAUSEWAY_RELAY_LOCATION")
        #expect(try loaded.entry("relay.location.latitude").origin == "--set")
    }

    @Test(
        "A bad variable is named",
        arguments: [
            ("CAUSEWAY_API_TRUSTED_PROXIES", "10.0.0.0/8", "'10.0.0.0/8' is text, write a list of networks"),
            ("CAUSEWAY_API_TRUSTED_PROXIES", "[10.0.0.0/8", "at column"),
            ("CAUSEWAY_RELAY_LOCATION", "{town: x}", "unknown key 'relay.location.town'"),
            ("CAUSEWAY_RELAY_LOCATION", "Montreal", "relay.location is a group of keys"),
            ("CAUSEWAY_API_LISTEN", "", "is empty, write"),
            ("CAUSEWAY_SESSIONS_IDLE_TIMEOUT", "600", "'600' has no unit"),
            ("CAUSEWAY_SESSIONS_MAX", " 5", "' 5' is not a whole number"),
        ]
    )
    func badVariables(name: String, value: String, expected: String) throws {
        let found = problems(environment: [name: value])
        #expect(found.count == 1)
        let first = try #require(found.first)
        #expect(first.hasPrefix("environment \(name): "), "\(first)")
        #expect(first.contains(expected), "\(first)")
    }

    @Test("A variable that no key has is named in a warning and is no error")
    func unknownVariables() throws {
        let loaded = try load(environment: ["CAUSEWAY_LOG_LEVL": "secret", "CAUSEWAY_FROBNICATE": "1"])
        #expect(loaded.configuration == .defaults)
        #expect(
            loaded.warnings == [
                "environment CAUSEWAY_FROBNICATE: no key has this variable, unset it if it is meant for Causeway",
                "environment CAUSEWAY_LOG_LEVL: no key has this variable, did you mean CAUSEWAY_LOG_LEVEL?",
            ]
        )
    }

    @Test("Reserved variables, and those that Kubernetes makes for a service called causeway, are no keys")
    func ignored() throws {
        let names = [
            "CAUSEWAY_DEV_KEY": "x", "CAUSEWAY_KEY": "x", "CAUSEWAY_CONTROL": "/run/x",
            "CAUSEWAY_SERVICE_HOST": "10.0.0.1",
            "CAUSEWAY_SERVICE_PORT": "8080", "CAUSEWAY_SERVICE_PORT_API": "8080",
            "CAUSEWAY_PORT": "tcp://10.0.0.1:8080",
            "CAUSEWAY_PORT_8080_TCP": "tcp://10.0.0.1:8080", "CAUSEWAY_PORT_8080_TCP_ADDR": "10.0.0.1",
            "CAUSEWAY_PORT_8080_TCP_PORT": "8080", "CAUSEWAY_PORT_32000_UDP_PROTO": "udp",
            // Services called causeway-api-listen, causeway-relay and causeway-state-directory.
            "CAUSEWAY_API_LISTEN_PORT": "tcp://10.0.0.1:8080", "CAUSEWAY_API_LISTEN_PORT_80_TCP_PORT": "80",
            "CAUSEWAY_RELAY_PORT": "udp://10.0.0.1:8080", "CAUSEWAY_RELAY_PORT_1_UDP_ADDR": "10.0.0.1",
            "CAUSEWAY_STATE_DIRECTORY_SERVICE_HOST": "10.0.0.1", "CAUSEWAY_STATE_DIRECTORY_PORT": "sctp://[fd00::1]:1",
            "CAUSEWAY_API_PORT_8080_TCP": "tcp://10.0.0.1:8080", "CAUSEWAY_API_SERVICE_HOST": "10.0.0.1",
        ]
        #expect(try load(environment: names).configuration == .defaults)
        #expect(try load(environment: names).warnings.isEmpty)
    }

    @Test("Options that carry a secret, also within their group, are refused without showing it")
    func secretOptions() {
        let reason = "is secret and process arguments are visible to other users, write it in the file or set"
        #expect(
            problems(sets: [
                "webhook.secret=hunter2", "webhook={secret: hunter2}", "api.keys=[{name: hunter2", "api.keys=[]",
            ]) == [
                "--set webhook.secret: webhook.secret \(reason) CAUSEWAY_WEBHOOK_SECRET",
                "--set webhook: webhook.secret \(reason) CAUSEWAY_WEBHOOK_SECRET",
                "--set api.keys: api.keys \(reason) CAUSEWAY_API_KEYS",
                "--set api.keys: api.keys \(reason) CAUSEWAY_API_KEYS",
            ]
        )
    }

    @Test("A value may hold further equals signs and nothing else is cut")
    func equalsSigns() throws {
        let loaded = try load(sets: ["relay.location.city=a=b=", "geoip.database=/x=y"])
        #expect(loaded.configuration.relay.location.city == "a=b=")
        #expect(loaded.configuration.geoip.database == "/x=y")
    }

    @Test(
        "No message and no listing ever holds the value of a secret",
        arguments: [
            "webhook.secret: hunter2", "webhook.secret: 'hunter2", "webhook.secret: \"hunter2\\q\"",
            "webhook.secret: *hunter2", "webhook.secret: [hunter2]", "webhook.secret: {hunter2: hunter2}",
            "webhook.secret: !hunter2 hunter2", "webhook.secret: \"hunter2\\n\"", "webhook: hunter2",
            "webhook: {secret hunter2}", "webhook: {secret:hunter2}", "webhook.secret:hunter2",
            "webhook.secret hunter2",
            "webhook.secret = hunter2: x", "webhook.secret: hunter2\nwebhook.secret: hunter2",
            "webhook.secret: @hunter2",
            "webhook.secret: hunter2: x", "webhook.secret: |\n hunter2\n\thunter2", "webhook.secret: hunter2\u{1}",
            "api.keys: hunter2", "api.keys: [hunter2]", "api.keys: [{hunter2: x}]", "api.keys: {name: hunter2}",
            "api.keys: [{name: a, sha256: hunter2, scopes: [read]}]",
            "api.keys: [{name: a, sha256: [hunter2], scopes: x}]",
            "api.keys: [{name: a, sha256: x, scopes: [hunter2]}]",
            "api.keys: [{name: hunter2 x, sha256: x, scopes: read}]",
            "api.keys: [{name: a, sha256: x, scopes: hunter2}]", "? {webhook.secret: hunter2}\n: x",
        ]
    )
    func secrecy(text: String) throws {
        let outcomes: [() throws -> LoadedConfiguration] = [
            { try load(text) }, { try load(text, files: ["/k": text]) },
            { try load("api.keys_file: /k", files: ["/k": text]) },
            { try load(environment: ["CAUSEWAY_WEBHOOK_SECRET": "hunter2\n", "CAUSEWAY_API_KEYS": text]) },
            { try load(environment: ["CAUSEWAY_WEBHOOK": text]) },
        ]
        for outcome in outcomes {
            do {
                let loaded = try outcome()
                let shown = loaded.entries.map { "\($0)" }.joined() + loaded.warnings.joined()
                #expect(!shown.contains("hunter2"))
            } catch {
                #expect(!"\(error)".contains("hunter2"), "\(error)")
            }
        }
    }
}
