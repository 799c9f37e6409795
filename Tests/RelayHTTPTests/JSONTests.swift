import Testing

@testable import RelayHTTP

@Suite("JSON")
struct JSONTests {
    @Test(
        "Text that is valid is read as what it says",
        arguments: [
            ("null", JSONValue.null), (" [1, -2] \n", .array([.integer(1), .integer(-2)])), ("0", .integer(0)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5e2", .number(150)), ("-0.0", .number(-0.0)), ("true", .bool(true)), ("{}", .object([])),
            (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{c}\n\r\tz")), (#""\u00e9\u4E2D""#, .string("é中")),
            (#""\ud83d\ude00 \u0000""#, .string("😀 \0")),
            ("\u{FEFF}{}", .object([])), ("\u{FEFF} 1", .integer(1)),
            (#"{"b":1,"a":[]}"#, .object([.init(key: "b", value: .integer(1)), .init(key: "a", value: .array([]))])),
        ]
    )
    func valid(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(Array(text.utf8)) == value)
    }

    @Test(
        "Text that is not valid is refused",
        arguments: [
            "", " ", "nul", "nulll", "tru", "[1,]", "[1 2]", "[", "]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
            "{a:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "01", "-", "-a", "1.", ".5",
            "1e", "1e+", "+1", "1e400", "-1e999", "0x10", "NaN", "Infinity", "\"", "\"\\", "\"\\x\"", "\"\\u12\"",
            "\"\\u+123\"", "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "'a'",
            "{} {}", " \u{FEFF}{}", "\u{FEFF}\u{FEFF}{}", "\u{FEFF}", "/* */ {}",
        ]
    )
    func invalid(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test(
        "Bytes that are no UTF-8 are refused, in strings and outside",
        arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xC3, 0xA9]] as [[UInt8]]
    )
    func invalidUTF8(bytes: [UInt8]) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes) }
    }

    @Test("Nesting is taken up to its limit and refused beyond, however deep")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try JSONParser.parse(nested(JSONParser.maxDepth))
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(JSONParser.maxDepth + 1)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(500_000)) }
    }

    @Test("Every prefix of a document is refused without harm")
    func prefixes() {
        let text = Array(#"{"users":[{"ip":"1.1.1.1","x":[true,null,-1.5e3,"\ud83d\ude00"]}]}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.prefix(length))) }
        }
    }

    @Test("What is written can be read back, and slashes stay as they are")
    func roundTrip() throws {
        let value = JSONValue.members([
            "url": .string("https://example.net/a?b=\"c\""), "control": .string("\u{1}\n\u{7F}"), "none": nil,
            "numbers": .array([.integer(.min), .number(45.5088), .number(-1e-7), .number(1e300)]), "null": .null,
            "text": .string("é😀\u{2028}"),
        ])
        #expect(try JSONParser.parse(value.bytes) == value)
        let text = String(decoding: value.bytes, as: UTF8.self)
        #expect(text.hasPrefix(#"{"url":"https://example.net/a?b=\"c\"","control":"\u0001\n\u007f","numbers":["#))
    }
}
