import RelayConfig
import Testing

@Suite("Configuration file")
struct FileTests {
    @Test("Every problem of a file is told at once, in the order of its lines")
    func everything() {
        let text = """
            relay:
              address: 203.0.113.300
              workers: 65
              workers: 3
              ports.shared: 32000
              location: {latitude: 45.5, longtude: 3}
            sessions.idle_timeout: 30
            sessions:
              max: "5"
              idle_timeout: 10m
            api.listen: :8080
            relay:
              bind: ff02::1
            webhook.secret: yes
            lobby:
            log: 5
            log.level: wraning
            """
        #expect(
            problems(text) == [
                "2:12: relay.address: '203.0.113.300' is not an IP address, write one IPv4 or IPv6 address, such as "
                    + "203.0.113.7 or 2001:db8::7",
                "3:12: relay.workers: '65' is not a number of threads, write 1 … 64, or auto",
                "4:3: relay.workers is given twice, first at line 3: keep one",
                "5:17: relay.ports.shared: '32000' is not a pair of ports, write server/client such as 32000/32001: two "
                    + "different ports, 1 … 65535 (0/0: any free ones)",
                "6:24: relay.location.latitude and relay.location.longitude go together, give both",
                "6:30: unknown key 'relay.location.longtude', did you mean relay.location.longitude?",
                "7:24: sessions.idle_timeout: '30' has no unit, write one, such as 30s for seconds (ms, s, m, h, d)",
                "9:8: sessions.max: '5' is text in quotes, write a number, 1 … 1000000, without quotes",
                "10:3: sessions.idle_timeout is given twice, first at line 7: keep one",
                "11:13: api.listen: ':8080' names no address (0.0.0.0 is every IPv4 address, [::] every address), write "
                    + "address:port such as 127.0.0.1:8080 or [::1]:8080, or unix:/path",
                "12:1: relay is given twice, first at line 1: keep one",
                "13:9: relay.bind ff02::1 is a multicast address, write an address of this machine",
                "14:17: webhook.secret: the value is a boolean, write it in quotes if it is meant as text",
                "15:1: unknown key 'lobby', remove it",
                "16:6: log is a group of keys, not a number: write its keys indented below it",
                "17:12: log.level: 'wraning' is unknown (did you mean warning?), write one of trace, debug, info, "
                    + "notice, warning, error, critical",
            ]
        )
    }

    @Test("Nested, dotted and half dotted keys are the same keys")
    func forms() throws {
        let forms = [
            "relay.ports.shared: 5/6", "relay:\n  ports:\n    shared: 5/6", "relay: {ports: {shared: 5/6}}",
            "relay.ports:\n  shared: 5/6", "relay:\n  ports.shared: 5/6", "{relay: {ports.shared: 5/6}}",
            "\"relay\":\n  'ports':\n    shared: \"5/6\"", "relay: &r\n  ports:\n    shared: 5/6\n",
            "\u{FEFF}relay.ports.shared: 5/6\r\n",
        ]
        for form in forms {
            #expect(try load(form).configuration.relay.ports.shared == PortPair("5/6"), "\(form)")
        }
    }

    @Test(
        "A file that says nothing leaves the defaults",
        arguments: [
            "", "\n\n", "# only a comment", "---\n", "---\n...\n", "~", "\u{FEFF}", "{}", "relay:\nlog:\n", "api: {}",
        ]
    )
    func empty(text: String) throws {
        #expect(try load(text).configuration == .defaults)
    }

    @Test(
        "A text that is no file of keys is refused at its place",
        arguments: [
            ("- a\n- b", "1:1: the file is a list, write KEY: VALUE lines"),
            ("just words", "1:1: the file is text, write KEY: VALUE lines"),
            ("5", "1:1: the file is a number, write KEY: VALUE lines"),
            ("a: b\n---\nc: d", "2:1: a second document starts here, keep one document"),
            ("api:\n\t- x", "2:1: a tab stands here, and YAML takes no tabs: write spaces"),
            ("relay:\r\n  bind: \"::\"\r\n\tports:\r\n", "3:1: a tab stands here"),
            ("relay:\n  ports:\n  \tshared: 1/2\n  bind: x: y", "3:3: a tab stands here"),
            ("relay.hostname: *.a.net", "1:17: a bare * starts an alias here"),
            ("relay.hostname: *a", "1:17: a bare * starts an alias here"),
            ("api.listen: [", "2:1: the text is not YAML"),
            ("api.listen \"x\nb: c", "2:2: the text is not YAML"),
            ("a: \"é\u{7}\"", "1:6: the text is not YAML: control characters are not allowed"),
            ("a: b\nc: \u{1}", "2:4: the text is not YAML: control characters are not allowed"),
            ("? [a]\n: b", "1:3: a key is a list, write a name"),
            ("<<: {}", "1:1: unknown key '…', remove it"),
            ("relay: 5", "1:8: relay is a group of keys, not a number"),
            ("relay.ports: 1/2", "1:14: relay.ports is a group of keys, not text"),
            ("relay: [a]", "1:8: relay is a group of keys, not a list"),
        ]
    )
    func malformed(text: String, expected: String) throws {
        let first = try #require(problems(text).first)
        #expect(first.hasPrefix(expected), "\(first)")
    }

    @Test(
        "An unknown key comes with the key that was meant",
        arguments: [
            ("api.listn", "api.listen"), ("relay.port.shared", "relay.ports.shared"), ("listen", nil),
            ("idle_timeout", "sessions.idle_timeout"), ("relay.idle_timeout", "sessions.idle_timeout"),
            ("Relay.Address", "relay.address"), ("relay.adress", "relay.address"), ("public_url", "api.public_url"),
            ("geoip.databse", "geoip.database"), ("lgo.level", "log.level"), ("frobnicate", nil),
        ] as [(String, String?)]
    )
    func suggestions(key: String, nearest: String?) {
        let advice = nearest.map { "did you mean \($0)?" } ?? "remove it"
        #expect(problems("\(key): 1") == ["1:1: unknown key '\(key)', \(advice)"])
    }

    @Test("All keys given twice are told, quoted and nested ones included")
    func duplicates() {
        let text = """
            log.level: info
            'log.level': info
            log: {format: text, "format": json}
            log.level: debug
            """
        #expect(
            problems(text) == [
                "2:1: log.level is given twice, first at line 1: keep one",
                "3:21: log.format is given twice, first at line 3: keep one",
                "4:1: log.level is given twice, first at line 2: keep one",
            ]
        )
    }

    @Test("A named file must exist; the default one need not")
    func missing() throws {
        let request = ConfigurationRequest(file: "/nowhere.yaml", environment: [:], sets: [], dev: false)
        #expect(throws: ConfigurationErrors.self) { try ConfigurationLoader.load(request, system: system([:])) }
        #expect(
            problems(environment: ["CAUSEWAY_CONFIG": "/nowhere.yaml"]) == [
                "/nowhere.yaml: the file does not exist, create it or correct the path"
            ]
        )
        #expect(try load().configuration == .defaults)
        let found = try load(files: [ConfigurationRequest.defaultFile: "log.level: error"])
        #expect(found.configuration.log.level == .error)
        let named = try load(environment: ["CAUSEWAY_CONFIG": "/x"], files: ["/x": "log.level: trace"])
        #expect(try named.entry("log.level").origin == "/x:1:12")
    }

    @Test("--config wins over CAUSEWAY_CONFIG")
    func optionOverEnvironment() throws {
        let loaded = try load("log.level: error", environment: ["CAUSEWAY_CONFIG": "/nowhere.yaml"])
        #expect(loaded.configuration.log.level == .error)
    }
}
