import RelayConfig
import Testing

/// What one key accepts and refuses, as written in a file.
struct KeyCase: Sendable, CustomTestStringConvertible {
    let key: String
    /// Texts in the file and the value as it is listed.
    let good: [String: String]
    /// Texts in the file and a part of the message.
    let bad: [String: String]

    init(_ key: String, good: [String: String], bad: [String: String]) {
        self.key = key
        self.good = good
        self.bad = bad
    }

    var testDescription: String { key }
}

private let listenerGood = [
    "127.0.0.1:9000": "127.0.0.1:9000", "\"[::1]:0\"": "\"[::1]:0\"", "localhost:81": "127.0.0.1:81",
    "unix:/run/x.sock": "unix:/run/x.sock", "\"[::ffff:127.0.0.1]:5\"": "127.0.0.1:5",
]
private let listenerBad = [
    "8080": "is not an address with a port", ":8080": "names no address", "127.0.0.1": "is not an address with a port",
    "127.0.0.1:65536": "is not an address with a port", "127.0.0.1:080": "is not an address with a port",
    "\"::1:80\"": "is not an address with a port", "\"[1.2.3.4]:80\"": "is not an address with a port",
    "example.net:80": "is not an address with a port", "unix:x.sock": "is not an absolute socket path",
    "unix:/\(String(repeating: "x", count: 107))": "is not an absolute socket path", "[a]": "is a list",
    "\"\"": "has no value",
]
private let pathBad = [
    "file": "is not an absolute path", "./file": "is not an absolute path", "1": "is not an absolute path",
    "\"/a\\nb\"": "is not a usable path", "{a: b}": "is a group of keys", "": "has no value",
]
private let boolBad = [
    "yes": "is neither true nor false", "True": "is neither true nor false", "1": "is neither true nor false",
    "\"true\"": "is text in quotes", "[true]": "is a list", "": "has no value", "~": "'~' is neither true nor false",
]
private let placeGood = ["Montreal": "Montreal", "\"no\"": "\"no\"", "Île de Ré": "\"Île de Ré\"", "'5'": "\"5\""]
private let placeBad = [
    "no": "is a boolean", "NO": "is a boolean", "1.5": "is a number", "~": "has no value", "[a]": "is a list",
    "!!binary YQ==": "is a tagged value", "\"a\\tb\"": "too long or has control characters",
    String(repeating: "x", count: 257): "too long or has control characters",
]
private let networksGood = [
    "[10.0.0.0/8, \"::1\"]": "[10.0.0.0/8, \"::1/128\"]", "[]": "(none)",
    "[\"::ffff:10.0.0.0/104\"]": "[10.0.0.0/8]",
]
private let networksBad = [
    "10.0.0.0/8": "is text, write a list of networks", "[10.0.0.0/33]": "'10.0.0.0/33' is not a network",
    "[10.0.0.1/8]":
        "inside of the network 10.0.0.0/8, whose first one is 10.0.0.0 (for 10.0.0.1 alone write 10.0.0.1/32)",
    "[\"2001:db8::1/32\"]": "inside of the network 2001:db8::/32", "[\"fe80::%eth0/64\"]": "names a zone (%eth0)",
    "[[]]": "is a list", "{}": "is a group of keys",
]
private let timeoutBad = [
    "30": "has no unit, write one, such as 30s", "30 s": "is not a duration", "1.5h": "is not a duration",
    "10s1m": "is not a duration", "1m1m": "is not a duration", "-5s": "is not a duration", "s": "is not a duration",
    "0s": "is out of range", "99999999999d": "is not a duration", "9999999999d": "is out of range",
    "true": "is not a duration", "[1s]": "is a list",
]

private func intBad(over: String, under: String) -> [String: String] {
    [
        over: "is out of range", under: "is out of range", "99999999999999999999": "is out of range",
        "five": "is not a whole number", "1e3": "is not a whole number", "1_000": "is not a whole number",
        "0x10": "is not a whole number", "1.0": "is not a whole number", "010": "is out of range",
        "\"5\"": "is text in quotes", "[5]": "is a list", "": "has no value",
    ]
}

/// One row for each key of the table.
private let modeGood = ["0660": "0660", "600": "0600", "\"0666\"": "0666", "777": "0777"]
private let modeBad = Dictionary(
    uniqueKeysWithValues: ["0o660", "1660", "0480", "66", "0460", "0060", "rw-rw----", "00660"].map {
        ($0, "is not a usable file mode")
    }
)
private let groupGood = ["www-data": "www-data", "_x.y": "_x.y"]
private let groupBad = Dictionary(
    uniqueKeysWithValues: ["a b", "-x", "a:b", String(repeating: "x", count: 33)].map {
        ($0, "is not the name of a group")
    }
)

let keyCases: [KeyCase] = [
    KeyCase("api.listen", good: listenerGood, bad: listenerBad),
    KeyCase(
        "api.public_url",
        good: ["https://r.example.net/": "https://r.example.net", "http://1.2.3.4:8080/x": "http://1.2.3.4:8080/x"],
        bad: [
            "r.example.net": "is not the base of a URL", "ftp://x": "is not the base of a URL",
            "https://u:p@x": "is not the base of a URL", "https://x?y": "is not the base of a URL",
            "https:///x": "is not the base of a URL", "5": "is not the base of a URL",
        ]
    ),
    KeyCase(
        "api.keys",
        good: ["[{name: a, sha256: \(someHash), scopes: [read]}]": "(secret)", "[]": "(none)"],
        bad: [
            "abc": "the value is text", "[abc]": "an entry is text", "[{}]": "an entry has no name",
            "[{name: a, sha256: \(someHash), scopes: []}]": "scopes is not a list of at least one scope",
            "[{name: a, sha256: \(someHash), scopes: [write]}]": "unknown scope",
            "[{name: a b, sha256: \(someHash), scopes: [read]}]": "the name is not usable",
            "[{name: a, sha256: \(someHash)0, scopes: [read]}]": "sha256 is not 64 hexadecimal digits",
            "[{name: a, hash: x, sha256: \(someHash), scopes: [read]}]": "unknown field",
        ]
    ),
    // A good path would be read: KeysFileTests do that.
    KeyCase("api.keys_file", good: [:], bad: pathBad),
    // Good ones need each other: CheckTests have them.
    KeyCase("api.tls.certificate", good: [:], bad: pathBad),
    KeyCase("api.tls.key", good: [:], bad: pathBad),
    KeyCase("api.trusted_proxies", good: networksGood, bad: networksBad),
    KeyCase("api.socket_mode", good: modeGood, bad: modeBad),
    KeyCase("api.socket_group", good: groupGood, bad: groupBad),
    KeyCase(
        "relay.address",
        good: ["203.0.113.7": "203.0.113.7", "2001:db8::7": "2001:db8::7", "\"::ffff:8.8.8.8\"": "8.8.8.8"],
        bad: [
            "relay.example.net": "is not an IP address", "203.0.113.7:32000": "is not an IP address",
            "203.0.113.0/24": "is not an IP address", "0.0.0.0": "is the unspecified address",
            "\"::\"": "is the unspecified address", "224.0.0.1": "is a multicast address",
            "\"fe80::1%eth0\"": "names a zone (%eth0)",
            "255.255.255.255": "is the broadcast address", "[1.2.3.4]": "is a list",
        ]
    ),
    KeyCase(
        "relay.hostname",
        good: [
            "relay.example.net": "relay.example.net", "\"*.Relay.example.net\"": "\"*.relay.example.net\"",
            "relay": "relay", "1.example": "1.example",
        ],
        bad: [
            "1.2.3.4": "is an address", "a..b": "is not a host name", "-a.b": "is not a host name",
            "a_b.c": "is not a host name", "\"*.\"": "is not a host name", "\"*\"": "is not a host name",
            "\"a.*.b\"": "is not a host name", "a.b.": "is not a host name", "\"*.1.2.3.4\"": "is not a host name",
            "\(String(repeating: "a", count: 64)).net": "is not a host name", "bücher.example": "is not a host name",
        ]
    ),
    KeyCase(
        "relay.bind",
        good: ["0.0.0.0": "0.0.0.0", "\"::\"": "\"::\"", "192.0.2.1": "192.0.2.1"],
        bad: [
            "\"fe80::1%eth0\"": "names a zone (%eth0)", "\"fe80::1\"": "is a link-local address",
            "eth0": "is not an IP address", "ff02::1": "is a multicast address", "\"*\"": "is not an IP address",
        ]
    ),
    KeyCase(
        "relay.ports.shared",
        good: ["1/65535": "1/65535", "0/0": "0/0", "\"5/4\"": "5/4"],
        bad: [
            "32000": "is not a pair of ports", "32000/32000": "is not a pair of ports", "0/1": "is not a pair of ports",
            "1/0": "is not a pair of ports", "1/65536": "is not a pair of ports", "1/2/3": "is not a pair of ports",
            "1-2": "is not a pair of ports", "01/2": "is not a pair of ports", "[1, 2]": "is a list",
        ]
    ),
    KeyCase(
        "relay.ports.dedicated",
        good: ["20000-29999": "20000-29999", "1-2": "1-2"],
        bad: [
            "40000-50000": "an even number of ports", "5-4": "an even number of ports",
            "5-5": "an even number of ports",
            "0-1": "an even number of ports", "40000": "an even number of ports", "1-65536": "an even number of ports",
        ]
    ),
    KeyCase(
        "relay.workers",
        good: ["1": "1", "64": "64", "auto": "auto"],
        bad: ["0": "is not a number of threads", "65": "is not a number of threads", "two": "write 1 … 64, or auto"]
    ),
    KeyCase("relay.kernel_filter", good: ["false": "false"], bad: boolBad),
    KeyCase(
        "relay.dscp",
        good: ["off": "off", "0": "off", "EF": "ef", "46": "ef", "cs4": "cs4", "34": "af41", "63": "63"],
        bad: [
            "64": "is no class of service", "-1": "is no class of service", "ef1": "is no class of service",
            "04": "is no class of service", "[ef]": "is a list",
        ]
    ),
    KeyCase("relay.location.city", good: placeGood, bad: placeBad),
    KeyCase("relay.location.country", good: placeGood, bad: placeBad),
    KeyCase("relay.location.continent", good: placeGood, bad: placeBad),
    KeyCase("relay.location.region", good: placeGood, bad: placeBad),
    KeyCase("relay.location.administrative_division", good: placeGood, bad: placeBad),
    KeyCase(
        "relay.location.latitude",
        good: [:],
        bad: [
            "91": "is out of range", "-90.1": "is out of range", "north": "is not a number", "1e1": "is not a number",
            "nan": "is not a number", "\"5\"": "is text in quotes", "5": "go together",
        ]
    ),
    KeyCase(
        "relay.location.longitude",
        good: [:],
        bad: ["180.1": "is out of range", "-181": "is out of range", "x": "is not a number", "5": "go together"]
    ),
    KeyCase(
        "relay.location.location_tags",
        good: ["[a, \"b c\"]": "[a, \"b c\"]", "[]": "(none)"],
        bad: ["a": "is text, write a list of texts", "[1]": "is a number", "[no]": "is a boolean"]
    ),
    KeyCase("sessions.max", good: ["1": "1", "1000000": "1000000"], bad: intBad(over: "1000001", under: "0")),
    KeyCase("sessions.max_users", good: ["1": "1", "65536": "65536"], bad: intBad(over: "65537", under: "-1")),
    KeyCase("sessions.idle_timeout", good: ["1s": "1s", "20d": "20d", "1h30m": "1h30m"], bad: timeoutBad),
    KeyCase("sessions.unused_timeout", good: ["90m": "1h30m", "86400s": "1d"], bad: timeoutBad),
    KeyCase("sessions.host_timeout", good: ["500ms": "500ms", "1500ms": "1s500ms"], bad: timeoutBad),
    KeyCase("sessions.user_timeout", good: ["2h": "2h", "\"10m\"": "10m"], bad: timeoutBad),
    KeyCase("sessions.rejoin_ids", good: ["true": "true", "false": "false"], bad: boolBad),
    KeyCase("sessions.pin_ip", good: ["true": "true"], bad: boolBad),
    KeyCase(
        "sessions.roaming",
        good: ["strict": "strict", "open": "open"],
        bad: ["Strict": "did you mean strict?", "off": "is unknown, write one of strict, normal, open"]
    ),
    KeyCase("lobbies.listen", good: listenerGood, bad: listenerBad),
    KeyCase("lobbies.open", good: ["true": "true"], bad: boolBad),
    KeyCase("lobbies.host_timeout", good: ["2m": "2m"], bad: timeoutBad),
    KeyCase(
        "lobbies.origins",
        good: [
            "[https://Game.example.net, \"http://[::1]:8000/\"]": "[https://game.example.net, \"http://[::1]:8000\"]",
            "[https://a.example:443, http://b.example:80, capacitor://localhost]":
                "[https://a.example, http://b.example, capacitor://localhost]",
        ],
        bad: [
            "[\"*\"]": "would let every web page act", "[game.example.net]": "is not an origin",
            "[https://game.example.net/play]": "is not an origin", "[https://u:p@x]": "is not an origin",
            "[\"null\"]": "is not an origin", "[\"https://*.example.net\"]": "is not an origin",
            "https://game.example.net": "is text",
        ]
    ),
    KeyCase("lobbies.max_seats_per_source", good: ["1": "1"], bad: intBad(over: "65537", under: "0")),
    KeyCase("lobbies.socket_mode", good: modeGood, bad: modeBad),
    KeyCase("lobbies.socket_group", good: groupGood, bad: groupBad),
    KeyCase("guess.per_source", good: ["1": "1"], bad: intBad(over: "1000001", under: "0")),
    KeyCase("guess.past_budget", good: ["0": "0"], bad: intBad(over: "65536", under: "-1")),
    KeyCase("guess.per_session", good: ["1": "1"], bad: intBad(over: "1000001", under: "0")),
    KeyCase("guess.replies", good: ["false": "false"], bad: boolBad),
    KeyCase("guess.replies_per_second", good: ["0": "0"], bad: intBad(over: "1000001", under: "-1")),
    KeyCase("limits.users", good: ["16000000": "16000000"], bad: intBad(over: "16000001", under: "0")),
    KeyCase("limits.user_datagrams", good: ["0": "0"], bad: intBad(over: "4000000001", under: "-1")),
    KeyCase("limits.user_bytes", good: ["0": "0"], bad: intBad(over: "4000000001", under: "-1")),
    KeyCase("limits.session_datagrams", good: ["0": "0"], bad: intBad(over: "4000000001", under: "-1")),
    KeyCase("limits.session_bytes", good: ["0": "0"], bad: intBad(over: "4000000001", under: "-1")),
    KeyCase("limits.relay_datagrams", good: ["0": "0"], bad: intBad(over: "4000000001", under: "-1")),
    KeyCase("limits.relay_bytes", good: ["0": "0"], bad: intBad(over: "4000000001", under: "-1")),
    KeyCase("limits.api_body", good: ["1024": "1024"], bad: intBad(over: "16777217", under: "1023")),
    KeyCase("limits.api_rate", good: ["0": "0"], bad: intBad(over: "1000001", under: "-1")),
    KeyCase("limits.api_connections", good: ["1": "1"], bad: intBad(over: "1000001", under: "0")),
    KeyCase("limits.connections_per_source", good: ["1": "1"], bad: intBad(over: "1000001", under: "0")),
    KeyCase("limits.unread_bytes", good: ["1048576": "1048576"], bad: intBad(over: "17179869185", under: "1048575")),
    KeyCase(
        "limits.unread_bytes_per_source",
        good: ["65536": "65536"],
        bad: intBad(over: "17179869185", under: "65535")
    ),
    KeyCase(
        "webhook.secret",
        good: ["long random text": "(secret)", "\"12345\"": "(secret)"],
        bad: ["12345": "the value is a number", "yes": "the value is a boolean", "[x]": "the value is a list"]
    ),
    KeyCase(
        "webhook.usage_url",
        good: [
            "https://b.example.net/u?x=1": "\"https://b.example.net/u?x=1\"",
            "http://10.0.0.1:8080/": "http://10.0.0.1:8080/",
        ],
        bad: [
            "b.example.net/u": "is not a URL to post to", "ftp://b/u": "is not a URL to post to",
            "https://u:p@b/": "is not a URL to post to", "https://b:65536/": "is not a URL to post to",
            "https:///u": "is not a URL to post to", "5": "is not a URL to post to", "[x]": "the value is a list",
        ]
    ),
    KeyCase("webhook.allow_networks", good: networksGood, bad: networksBad),
    KeyCase("webhook.ca_file", good: ["/a b.pem": "\"/a b.pem\""], bad: pathBad),
    KeyCase("geoip.database", good: ["/a b.mmdb": "\"/a b.mmdb\""], bad: pathBad),
    KeyCase("metrics.listen", good: listenerGood, bad: listenerBad),
    KeyCase("metrics.latency", good: ["false": "false"], bad: boolBad),
    KeyCase("metrics.socket_mode", good: modeGood, bad: modeBad),
    KeyCase("metrics.socket_group", good: groupGood, bad: groupBad),
    KeyCase(
        "log.level",
        good: ["trace": "trace", "critical": "critical"],
        bad: ["warn": "is unknown", "5": "is unknown"]
    ),
    KeyCase("log.format", good: ["auto": "auto", "json": "json"], bad: ["jsn": "did you mean json?"]),
    KeyCase(
        "control.socket",
        good: ["/run/c.sock": "/run/c.sock"],
        bad: pathBad.merging(["/\(String(repeating: "x", count: 107))": "is not a usable path"]) { first, _ in first }
    ),
    KeyCase("control.socket_mode", good: modeGood, bad: modeBad),
    KeyCase("control.socket_group", good: groupGood, bad: groupBad),
    KeyCase("state.directory", good: ["/srv/x": "/srv/x"], bad: pathBad),
    KeyCase("state.accept_lost_tail", good: ["true": "true"], bad: boolBad),
]

@Suite("Values of keys")
struct KeyValueTests {
    @Test("Every key of the table has a row of good and bad values")
    func completeness() {
        #expect(keyCases.map(\.key) == ConfigurationKey.table.map(\.name))
    }

    @Test("A good value is read from a file and listed with its place", arguments: keyCases)
    func good(row: KeyCase) throws {
        for (text, expected) in row.good {
            let loaded = try load("\n\(row.key): \(text)\n")
            let entry = try loaded.entry(row.key)
            #expect(entry.valueText == expected, "\(text)")
            #expect(entry.origin == "\(testPath):2:\(row.key.count + 3)", "\(text)")
        }
    }

    @Test("A bad value is told with its exact place and key", arguments: keyCases)
    func bad(row: KeyCase) throws {
        let parts = row.key.split(separator: ".")
        for (text, expected) in row.bad {
            let dotted = problems("# comment\n\n\(row.key): \(text)\n")
            let first = try #require(dotted.first, "\(text) was accepted")
            #expect(first.contains(expected), "\(text)")
            #expect(first.contains(", "), "says what to do: \(first)")
            if text.hasPrefix("[") || text.hasPrefix("{") {
                #expect(first.hasPrefix("3:"), "\(text)")
            } else if text.isEmpty {
                #expect(first.hasPrefix("3:\(row.key.count + 2): \(row.key)"), "\(text): \(first)")
            } else if text.hasPrefix("!!") {
                #expect(first.hasPrefix("3:"), "\(first)")
            } else {
                #expect(first.hasPrefix("3:\(row.key.count + 3): "), "\(text): \(first)")
                #expect(first.contains(row.key), "\(first)")
            }
            // The same value in nested form, at another place.
            var nested = ""
            for (depth, part) in parts.enumerated() {
                nested +=
                    String(repeating: "  ", count: depth) + part + ":" + (depth == parts.count - 1 ? " \(text)" : "\n")
            }
            let second = try #require(problems(nested + "\n").first)
            #expect(second.hasPrefix("\(parts.count):"), "\(second)")
            #expect(second.drop { $0 != " " } == first.drop { $0 != " " })
        }
    }

    @Test("Good values count in the environment too, without YAML's reading of bare text", arguments: keyCases)
    func environment(row: KeyCase) throws {
        let key = try #require(ConfigurationKey.named(row.key))
        for (text, expected) in row.good {
            // A shell has no YAML quotes around single values.
            let isQuoted = text.hasPrefix("\"") || text.hasPrefix("'")
            let bare = isQuoted ? String(text.dropFirst().dropLast()) : text
            let loaded = try load(environment: [key.environmentName: bare])
            let entry = try loaded.entry(row.key)
            #expect(entry.valueText == expected, "\(text)")
            #expect(entry.origin == "environment \(key.environmentName)")
        }
    }
}
