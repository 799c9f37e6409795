import RelayConfig
import RelayNet
import Testing

@Suite("Checks across keys, --dev and warnings")
struct CheckTests {
    private let address = "relay.address: 8.8.8.8\n"

    @Test("A run needs an address and a key, and says which lines to add")
    func validateForRun() throws {
        let empty = try load("")
        #expect {
            try empty.validateForRun()
        } throws: { error in
            let problems = (error as? ConfigurationErrors)?.problems ?? []
            return problems.map(\.origin) == [testPath, testPath]
                && problems[0].message.contains("add the line 'relay.address: 203.0.113.7'")
                && problems[1].message.contains("causewayd new-key")
        }
        #expect(try load().file == ConfigurationRequest.defaultFile)
        let keyed = try load(
            address,
            environment: ["CAUSEWAY_API_KEYS": "[{name: a, sha256: \(someHash), scopes: [read]}]"]
        )
        try keyed.validateForRun()
        try load(dev: true).validateForRun()
    }

    @Test("--dev changes defaults, and values that are given still count")
    func dev() throws {
        let plain = try load(environment: ["STATE_DIRECTORY": "/var/lib/causeway"], dev: true)
        #expect(plain.configuration.isDev)
        #expect(plain.configuration.relay.address == IPAddress("127.0.0.1"))
        #expect(plain.configuration.state.directory == nil)
        #expect(try plain.entry("relay.address").origin == "--dev")
        #expect(try plain.entry("state.directory").valueText == "(none)")
        #expect(try plain.entry("state.directory").origin == "--dev")
        #expect(plain.warnings.isEmpty)
        let given = try load("relay.address: 192.168.1.2\nstate.directory: /srv/x\n", dev: true)
        #expect(given.configuration.relay.address == IPAddress("192.168.1.2"))
        #expect(given.configuration.state.directory == "/srv/x")
        #expect(given.warnings.isEmpty)
    }

    @Test("--dev keeps the API on this machine")
    func devListen() throws {
        for listen in ["127.0.0.1:0", "\"[::1]:80\"", "unix:/run/x", "127.1.2.3:80"] {
            #expect(try load("api.listen: \(listen)", dev: true).configuration.isDev)
        }
        for listen in ["0.0.0.0:80", "\"[::]:80\"", "192.168.1.2:80"] {
            let found = problems("api.listen: \(listen)", dev: true)
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix("1:13: api.listen ") == true)
            #expect(found.first?.contains("which --dev does not allow") == true)
        }
    }

    @Test(
        "Listeners that the system would not open together are refused",
        arguments: [
            ("api.listen: 0.0.0.0:8080\nmetrics.listen: 127.0.0.1:8080", true),
            ("api.listen: 127.0.0.1:8080\nlobbies.listen: \"[::]:8080\"", true),
            ("api.listen: \"[::1]:8080\"\nlobbies.listen: \"[::]:8080\"", true),
            ("api.listen: 127.0.0.1:8080\nmetrics.listen: 127.0.0.2:8080", false),
            ("api.listen: 0.0.0.0:8080\nmetrics.listen: \"[::1]:8080\"", false),
            ("api.listen: 0.0.0.0:0\nmetrics.listen: 0.0.0.0:0", false),
            ("api.listen: unix:/run/a\nmetrics.listen: unix:/run/./x/..//a", true),
            ("api.listen: unix:/run/a\ncontrol.socket: /run/a", true),
        ]
    )
    func collisions(text: String, isRefused: Bool) {
        let found = problems(text)
        #expect(found.count == (isRefused ? 1 : 0), "\(found)")
        #expect(found.allSatisfy { $0.contains("give each its own") })
    }

    @Test("One key under two names is refused without showing its hash, in one list and across two")
    func twins() {
        let line = { (name: String) in "- {name: \(name), sha256: \(someHash), scopes: [read]}\n" }
        for found in [
            problems("api.keys:\n\(line("a"))\(line("b"))"),
            problems("api.keys:\n\(line("a"))api.keys_file: /k\n", files: ["/k": line("b")]),
        ] {
            #expect(found.count == 1 && found[0].contains("'a' and 'b' have the same sha256"), "\(found)")
            #expect(!found.joined().contains(someHash))
        }
    }

    @Test("Under systemd the state directory is the one that systemd made")
    func stateDirectory() throws {
        let loaded = try load(environment: ["STATE_DIRECTORY": "/var/lib/private/a:/b"])
        #expect(loaded.configuration.state.directory == "/var/lib/private/a")
        #expect(try loaded.entry("state.directory").origin == "environment STATE_DIRECTORY")
        let given = try load("state.directory: /c", environment: ["STATE_DIRECTORY": "/a"])
        #expect(given.configuration.state.directory == "/c")
        #expect(try load(environment: ["STATE_DIRECTORY": ""]).configuration.state.directory == "/var/lib/causeway")
    }

    @Test("Under systemd the control socket is in the runtime directory, unless it is configured or --dev is given")
    func controlSocket() throws {
        let environment = ["RUNTIME_DIRECTORY": "/run/a:/run/b"]
        let loaded = try load(environment: environment)
        #expect(loaded.configuration.control.socket == "/run/a/control.sock")
        #expect(try loaded.entry("control.socket").origin == "environment RUNTIME_DIRECTORY")
        #expect(try load("control.socket: /c", environment: environment).configuration.control.socket == "/c")
        #expect(try load(environment: environment, dev: true).configuration.control.socket == nil)
        #expect(try load(environment: ["RUNTIME_DIRECTORY": "a"]).configuration.control.socket == nil)
    }

    @Test("Keys that exclude or need each other are told at the one that came later")
    func companions() throws {
        let both = "relay.ports.dedicated: 40000-40001\nrelay.ports.shared: 1/2\n"
        let message = "relay.ports.shared and relay.ports.dedicated exclude each other, keep one"
        #expect(problems(both) == ["2:21: \(message)"])
        #expect(
            problems("relay.ports.shared: 1/2", environment: ["CAUSEWAY_RELAY_PORTS_DEDICATED": "40000-40001"])
                == ["environment CAUSEWAY_RELAY_PORTS_DEDICATED: \(message)"]
        )
        #expect(
            problems("relay.ports.dedicated: 40000-40001", sets: ["relay.ports.shared=1/2"])
                == ["--set relay.ports.shared: \(message)"]
        )
        #expect(
            problems("api.tls.key: /k") == [
                "1:14: api.tls.key is given without api.tls.certificate, give both or neither"
            ]
        )
        #expect(
            problems("api.tls.certificate: /c") == [
                "1:22: api.tls.certificate is given without api.tls.key, give both or neither"
            ]
        )
        let tls = try load("api.tls: {certificate: /c, key: /k}").configuration.api.tls
        #expect(tls.certificate == "/c" && tls.key == "/k")
        let location = try load("relay.location: {latitude: -45.25, longitude: 180}").configuration.relay.location
        #expect(location.latitude == -45.25 && location.longitude == 180)
    }

    @Test("Two listeners on one address are refused")
    func listeners() throws {
        #expect(
            problems("metrics.listen: 127.0.0.1:8080") == [
                "1:17: metrics.listen 127.0.0.1:8080 is also api.listen, give each its own"
            ]
        )
        #expect(problems("metrics.listen: unix:/a\nlobbies.listen: unix:/a").count == 1)
        #expect(try load("api.listen: 127.0.0.1:0\nmetrics.listen: 127.0.0.1:0").warnings.isEmpty)
    }

    @Test(
        "An address that players cannot reach is a warning outside --dev",
        arguments: [
            ("8.8.8.8", nil), ("2606:4700::1111", nil), ("127.0.0.1", "a loopback address"),
            ("192.168.1.2", "a private address"), ("100.64.1.2", "a private address"),
            ("fe80::1", "a link-local address"), ("203.0.113.7", "an address for documentation only"),
            ("169.254.169.254", "the address of a metadata service"), ("240.0.0.1", "a reserved address"),
        ] as [(String, String?)]
    )
    func reach(text: String, words: String?) throws {
        let warnings = try load("relay.address: \"\(text)\"").warnings
        #expect(
            warnings == words.map { ["relay.address \(text) is \($0): players on the Internet cannot reach it"] } ?? []
        )
        #expect(try load("relay.address: \"\(text)\"", dev: true).warnings.isEmpty)
    }

    @Test("Sockets of one family and an address of the other are a warning")
    func families() throws {
        #expect(try load(address + "relay.bind: 0.0.0.0").warnings.isEmpty)
        #expect(try load(address + "relay.bind: ::1").warnings.count == 1)
        #expect(try load("relay.address: 2606:4700::1111\nrelay.bind: 0.0.0.0").warnings.count == 1)
    }

    @Test(
        "Timeouts that are not longer than the clients' own are a warning",
        arguments: [("10s", true), ("10001ms", false), ("500ms", true), ("1m", false)]
    )
    func timeouts(text: String, isShort: Bool) throws {
        for key in ["sessions.host_timeout", "sessions.user_timeout"] {
            let warnings = try load("\(key): \(text)").warnings
            #expect(warnings.count == (isShort ? 1 : 0))
            #expect(!isShort || warnings.first?.contains("clients' own timeout of 10 s") == true)
        }
    }

    @Test(
        "UDP ports that the kernel may hand to others are a warning",
        arguments: [
            ("", "32768\t60999\n", false), ("", "31000\t61000\n", true), ("", "32001 32001", true), ("", nil, false),
            ("", "nonsense", false), ("", "9 1", false), ("relay.ports.shared: 0/0", "1 65535", true),
            ("relay.ports.shared: 32767/61000", "32768 60999", false),
            ("relay.ports.shared: 5/40000", "32768 60999", true),
            ("relay.ports.dedicated: 40000-40001", "32768 60999", true),
            ("relay.ports.dedicated: 20000-32767", "32768 60999", false),
            ("relay.ports.dedicated: 61000-61001", "32768 60999", false),
        ] as [(String, String?, Bool)]
    )
    func portRange(text: String, range: String?, isInside: Bool) throws {
        let warnings = try load(text, portRange: range).warnings
        // Free ports are the kernel's own choice, so they cannot collide.
        let expected = isInside && !text.contains("0/0") ? 1 : 0
        #expect(warnings.count == expected, "\(warnings)")
        #expect(expected == 0 || warnings.first?.contains("ip_local_port_range") == true)
    }

    @Test(
        "A file with secrets that others can read is a warning",
        arguments: [
            (0o600, 0), (0o640, 0), (0o400, 0), (0o644, 1), (0o604, 1), (0o660, 0),
        ] as [(UInt32, Int)]
    )
    func permissions(mode: UInt32, count: Int) throws {
        let keys = "[{name: a, sha256: \(someHash), scopes: [read]}]"
        #expect(try load("webhook.secret: abc", mode: mode).warnings.count == count)
        #expect(try load("log.level: info", mode: mode).warnings.isEmpty)
        #expect(try load(environment: ["CAUSEWAY_WEBHOOK_SECRET": "abc"], mode: mode).warnings.isEmpty)
        #expect(try load(sets: ["api.keys_file=/k"], files: ["/k": keys], mode: mode).warnings.count == count)
        let credentials = try load(
            environment: ["CREDENTIALS_DIRECTORY": "/run/credentials/x"],
            sets: ["api.keys_file=/run/credentials/x/k"],
            files: ["/run/credentials/x/k": keys],
            mode: mode
        )
        #expect(credentials.warnings.isEmpty)
    }

    @Test("A file of another group that the group can read is a warning")
    func otherGroup() throws {
        var foreign = system([testPath: "webhook.secret: abc"], mode: 0o640)
        foreign.ownGroup = 8
        let request = ConfigurationRequest(file: testPath, environment: [:], sets: [], dev: false)
        #expect(try ConfigurationLoader.load(request, system: foreign).warnings.count == 1)
    }
}
