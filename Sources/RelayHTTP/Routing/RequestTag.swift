internal import HTTPTypes

/// What one request is called in its answer and in the log, so that a caller's complaint finds its lines.
enum RequestTag {
    private static let maxLength = 128

    /// The caller's own, where it sent one that may stand in a log; else a new one.
    static func of(_ fields: HTTPFields) -> String {
        let values = fields[values: .xRequestID]
        return values.count == 1 && isSane(values[0]) ? values[0] : new()
    }

    /// 16 random hex digits.
    static func new() -> String {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Whether it is one word of characters that mean nothing to logs, shells and HTML.
    static func isSane(_ text: String) -> Bool {
        (1...maxLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.:/+=@,~".utf8.contains(byte)
                }
            }
    }
}
