import RelayConfig
import Testing

@Suite("Characters that nobody sees")
struct InvisibleTextTests {
    @Test(
        "They are named, with line and column, wherever a plain space or nothing was meant",
        arguments: [
            ("relay:\n\u{A0}\u{A0}address: 203.0.113.7\n", "2:1: a non-breaking space (U+00A0) stands here"),
            ("relay.address:\u{A0}203.0.113.7\n", "1:15: a non-breaking space (U+00A0)"),
            ("relay.address: 203.0.113.7\u{A0}\n", "1:27: a non-breaking space (U+00A0)"),
            ("log.level: info\nsessions.max:\u{202F}5\n", "2:14: a non-breaking space (U+202F)"),
            ("log.level: info\nsessions.max: 5\u{200B}\n", "2:16: a zero-width space (U+200B)"),
            ("log.level: info\n\u{FEFF}sessions.max: 5\n", "2:1: a byte-order mark (U+FEFF)"),
            ("relay.location.city: S\u{E3}o\u{3000}Paulo\n", "1:25: an unusual space (U+3000)"),
        ]
    )
    func named(text: String, expected: String) throws {
        let first = try #require(problems(text).first)
        #expect(first.hasPrefix(expected), "\(first)")
    }

    @Test("In quotes they may be meant; where they are not, the value says which it is")
    func quoted() throws {
        let city = try load("relay.location.city: \"S\u{E3}o\u{A0}Paulo\"").configuration.relay.location.city
        #expect(city == "S\u{E3}o\u{A0}Paulo")
        #expect(
            problems("relay.address: \"203.0.113.7\u{A0}\"")[0].contains(
                "has a non-breaking space (U+00A0) as its character 12"
            )
        )
        let found = problems(environment: ["CAUSEWAY_SESSIONS_MAX": "5\u{A0}"])
        #expect(found[0].contains("a non-breaking space (U+00A0) as its character 2"), "\(found)")
        #expect(!problems(environment: ["CAUSEWAY_WEBHOOK_SECRET": "hunter2\u{A0}\n"]).joined().contains("hunter2"))
    }

    @Test("In comments they hurt nobody")
    func comments() throws {
        #expect(try load("# a\u{A0}comment\nlog.level: error # and\u{200B}one\n").configuration.log.level == .error)
    }
}
