import Crypto
import Foundation
import Testing

/// The commands of `causewayd` that do not serve.
@Suite(.showsLogOnFailure) struct CommandTests {
    @Test("check-config accepts a good file with exit status 0")
    func goodFile() throws {
        let result = try check(
            """
            relay:
              address: 203.0.113.9
              ports:
                shared: 20000/20001
            sessions:
              max_users: 64
              idle_timeout: 5m
            api:
              keys:
                - {name: a, sha256: \(String(repeating: "0f", count: 32)), scopes: [read]}
            """
        )
        #expect(result.succeeded, "\(result.output)")
    }

    @Test("check-config names file, line and column of each mistake and exits with 1", arguments: mistakes)
    func mistake(line: Int, text: String) throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("causeway.yaml", text)
        let result = try runProgram(Executables.causewayd, ["check-config", "--config", file])
        #expect(result.ending == .exited(1), "\(result.output)")
        let pattern = try Regex(NSRegularExpression.escapedPattern(for: file) + ":\(line):[1-9][0-9]*")
        #expect(result.output.contains(pattern), "\(file):\(line):column is named: \(result.output)")
        #expect(!result.output.contains("Fatal error"))
    }

    /// The line of the mistake and a file with it.
    static let mistakes: [(Int, String)] = [
        (2, "sessions:\n  max_userz: 5\n"),
        (1, "sesions:\n  max_users: 5\n"),
        (3, "sessions:\n  max: 10\n  max_users: many\n"),
        (2, "sessions:\n  max_users: 0\n"),
        (2, "sessions:\n  idle_timeout: soon\n"),
        (2, "sessions:\n  roaming: sometimes\n"),
        (2, "sessions:\n  rejoin_ids: perhaps\n"),
        (3, "relay:\n  ports:\n    shared: 32000\n"),
        (3, "relay:\n  ports:\n    shared: 32000/99999\n"),
        (2, "relay:\n  address: nonsense at all\n"),
        (2, "relay:\n  workers: -1\n"),
        (3, "api:\n  keys:\n    - {name: a, sha256: abc, scopes: [read]}\n"),
        (3, "api:\n  keys:\n    - {name: a, sha256: \(String(repeating: "0f", count: 32)), scopes: [everything]}\n"),
        (2, "api:\n  trusted_proxies: [10.0.0.0/99]\n"),
    ]

    @Test("A file that is no YAML is an error with its place")
    func noYAML() throws {
        let result = try check("relay:\n  address: [1, 2\nsessions: }\n")
        #expect(result.ending == .exited(1))
        #expect(result.output.contains(/causeway\.yaml:[0-9]+:[0-9]+/), "\(result.output)")
    }

    @Test("A missing configuration file that was named is an error that names it")
    func missingFile() throws {
        let result = try runProgram(Executables.causewayd, ["check-config", "--config", "/nonexistent/causeway.yaml"])
        #expect(result.ending == .exited(1))
        #expect(result.output.contains("/nonexistent/causeway.yaml"))
    }

    @Test("--set wins over the environment and the environment over the file; print-config says where each came from")
    func precedence() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write(
            "causeway.yaml",
            "sessions:\n  max: 11\n  max_users: 12\n  idle_timeout: 13m\n"
        )
        let result = try runProgram(
            Executables.causewayd,
            ["print-config", "--config", file, "--set", "sessions.max=31"],
            environment: ["CAUSEWAY_SESSIONS_MAX": "21", "CAUSEWAY_SESSIONS_MAX_USERS": "22"]
        )
        #expect(result.succeeded, "\(result.output)")
        let expected = [
            ("sessions.max", "31", "--set"), ("sessions.max_users", "22", "CAUSEWAY_SESSIONS_MAX_USERS"),
            ("sessions.idle_timeout", "13m", "causeway.yaml"), ("sessions.unused_timeout", "30m", "default"),
        ]
        for (key, value, origin) in expected {
            let line = try #require(Self.line(of: key, in: result.output), "\(key): \(result.output)")
            #expect(line.contains(value), "\(line)")
            #expect(line.contains(origin), "\(line)")
        }
    }

    @Test("print-config shows every documented key")
    func everyKey() throws {
        let result = try runProgram(Executables.causewayd, ["print-config", "--config", try emptyFile()])
        #expect(result.succeeded, "\(result.output)")
        let keys = [
            "api.listen", "api.keys", "api.tls.certificate", "api.tls.key", "api.trusted_proxies", "relay.address",
            "relay.hostname", "relay.bind", "relay.ports.shared", "relay.ports.dedicated", "relay.workers",
            "sessions.max", "sessions.max_users", "sessions.idle_timeout", "sessions.unused_timeout",
            "sessions.host_timeout", "sessions.user_timeout", "sessions.rejoin_ids", "sessions.pin_ip",
            "sessions.roaming", "webhook.secret", "webhook.allow_networks", "geoip.database", "metrics.listen",
            "log.level", "log.format", "control.socket", "state.directory", "api.public_url", "api.keys_file",
            "lobbies.listen", "lobbies.open", "lobbies.host_timeout", "lobbies.origins",
            "lobbies.max_seats_per_source",
        ]
        for key in keys { #expect(Self.line(of: key, in: result.output) != nil, "\(key)") }
        #expect(result.output.contains("relay.location"))
        #expect(result.output.contains("guess."))
        #expect(result.output.contains("limits."))
    }

    @Test("print-config hides secrets")
    func hiddenSecrets() throws {
        let secret = "a-secret-that-must-not-show"
        let result = try runProgram(
            Executables.causewayd,
            ["print-config", "--config", try emptyFile()],
            environment: ["CAUSEWAY_WEBHOOK_SECRET": secret]
        )
        #expect(result.succeeded, "\(result.output)")
        #expect(!result.output.contains(secret))
    }

    @Test(
        "--set refuses secrets, unknown keys and bad values",
        arguments: [
            "webhook.secret=some-secret-value", "sessions.nothing=1", "sessions.max=many", "nonsense", "sessions.max=",
        ]
    )
    func refusedSettings(setting: String) throws {
        for command in ["check-config", "run"] {
            let result = try runProgram(
                Executables.causewayd,
                [command, "--config", try emptyFile(), "--set", setting]
            )
            #expect(!result.succeeded, "\(command) --set \(setting)")
            #expect(result.ending != .signaled(SIGTRAP) && result.ending != .signaled(SIGILL))
            #expect(!result.output.contains("some-secret-value"))
        }
    }

    @Test("A CAUSEWAY_ variable with a bad value is an error that names it, an unknown one a warning")
    func environmentMistakes() throws {
        let config = ["check-config", "--config", try emptyFile()]
        let bad = try runProgram(Executables.causewayd, config, environment: ["CAUSEWAY_SESSIONS_MAX": "many"])
        #expect(bad.ending == .exited(1))
        #expect(bad.output.contains("environment CAUSEWAY_SESSIONS_MAX: "), "\(bad.output)")
        let unknown = try runProgram(
            Executables.causewayd,
            ["print-config", "--config", try emptyFile()],
            environment: ["CAUSEWAY_NO_SUCH_KEY": "1", "CAUSEWAY_PORT": "tcp://10.0.0.1:80"]
        )
        #expect(unknown.succeeded, "\(unknown.output)")
        #expect(unknown.output.contains("warning: environment CAUSEWAY_NO_SUCH_KEY"), "\(unknown.output)")
        #expect(!unknown.output.contains("CAUSEWAY_PORT"), "Kubernetes' own are passed over in silence")
    }

    @Test(
        "A command whose output is lost fails and says so",
        arguments: [
            ["new-key", "backend", "--scopes", "read"], ["version"], ["version", "--json"], ["--help"], ["--version"],
            ["print-config", "--defaults"], ["print-config"],
        ]
    )
    func lostOutput(arguments: [String]) throws {
        let words = arguments.map { "'\($0)'" }.joined(separator: " ")
        let result = try runProgram("/bin/sh", ["-c", "exec '\(Executables.causewayd)' \(words) >/dev/full"])
        #expect(result.ending == .exited(1), "\(result.output)")
        #expect(result.output.contains("could not be written: the disk"), "\(result.output)")
        let control = try runProgram("/bin/sh", ["-c", "exec '\(Executables.control)' --help >/dev/full"])
        #expect(control.ending == .exited(1), "\(control.output)")
    }

    @Test("Timeouts of ten seconds or less are accepted with a warning")
    func shortTimeouts() throws {
        for key in ["sessions.host_timeout", "sessions.user_timeout"] {
            let result = try runProgram(
                Executables.causewayd,
                ["check-config", "--config", try emptyFile(), "--set", "relay.address=192.0.2.1", "--set", "\(key)=5s"]
            )
            #expect(result.output.contains(key), "\(key) is warned about: \(result.output)")
        }
    }

    @Test("version prints a version, and --json an object")
    func version() throws {
        let plain = try runProgram(Executables.causewayd, ["version"])
        #expect(plain.succeeded)
        #expect(plain.output.contains(/[0-9]+\.[0-9]+/))
        let json = try runProgram(Executables.causewayd, ["version", "--json"])
        #expect(json.succeeded)
        let version = try #require(try JSON.parse(json.output.utf8)["version"]?.string)
        #expect(plain.output.contains(version))
    }

    @Test("new-key prints a key once and the configuration line that makes it work")
    func newKey() throws {
        let result = try runProgram(Executables.causewayd, ["new-key", "backend", "--scopes", "sessions,read"])
        #expect(result.succeeded, "\(result.output)")
        let (key, line) = try Self.keyAndLine(in: result.output)
        #expect(result.output.components(separatedBy: key).count == 2, "the key is printed once")
        #expect(line.contains("backend"))
        let entry = line.trimmingCharacters(in: .whitespaces)
        let config = "api:\n  keys:\n    \(entry.hasPrefix("-") ? entry : "- " + entry)\nrelay:\n  address: 127.0.0.1\n"
        try withDaemon(config: config, dev: false) { daemon in
            daemon.secrets.add(text: key)
            let api = daemon.api(authorization: "token \(key)")
            let session = try api.createSession()
            #expect(try api.getSession(session.id).status == 200)
            #expect(try api.get("/v1/lobbies").status != 401)
        }
    }

    @Test("new-key refuses unknown scopes, and every key is another")
    func newKeyScopes() throws {
        let refused = try runProgram(Executables.causewayd, ["new-key", "x", "--scopes", "everything"])
        #expect(!refused.succeeded)
        let outputs = try (0..<2).map { _ in
            try runProgram(Executables.causewayd, ["new-key", "x", "--scopes", "read"]).output
        }
        let keys = try outputs.map { try Self.keyAndLine(in: $0).key }
        #expect(keys[0] != keys[1])
    }

    @Test("--help and an unknown command explain themselves")
    func help() throws {
        let help = try runProgram(Executables.causewayd, ["--help"])
        #expect(help.succeeded)
        for command in ["run", "check-config", "print-config", "version", "new-key"] {
            #expect(help.output.contains(command))
        }
        let unknown = try runProgram(Executables.causewayd, ["dance"])
        #expect(!unknown.succeeded)
        #expect(!unknown.output.isEmpty)
    }

    /// Finds the key whose SHA-256 stands in the line for the configuration.
    private static func keyAndLine(in output: String) throws -> (key: String, line: String) {
        let line = try #require(
            output.components(separatedBy: "\n").first { $0.contains("sha256") },
            "no configuration line: \(output)"
        )
        let hash = try #require(line.firstMatch(of: /[0-9a-f]{64}/)).output
        let words = output.split { $0.isWhitespace || $0 == "\"" || $0 == "'" }
        let key = words.first { word in
            SHA256.hash(data: Data(word.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == hash
        }
        return (String(try #require(key, "no word of the output has that hash: \(output)")), line)
    }

    private static func line(of key: String, in output: String) -> String? {
        output.components(separatedBy: "\n").first { line in
            line.split { $0 == " " || $0 == "=" || $0 == ":" || $0 == "\t" }.first.map(String.init) == key
        }
    }

    /// A file that says nothing, so that no file of the machine is read.
    private func emptyFile() throws -> String { try empty.write("causeway.yaml", "") }
    private let empty: ScratchDirectory

    init() throws {
        empty = try ScratchDirectory()
    }

    private func check(_ text: String) throws -> ProgramResult {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("causeway.yaml", text)
        return try runProgram(Executables.causewayd, ["check-config", "--config", file])
    }
}
