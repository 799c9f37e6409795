/// The class of service that datagrams leave with (DSCP, RFC 2474): `relay.dscp`.
package struct ServiceClass: Sendable, Equatable, CustomStringConvertible {
    /// 0 … 63; 0 is the class of what is not marked.
    package let codepoint: UInt8

    /// No mark.
    package static let none = ServiceClass(codepoint: 0)

    private static let names: [String: UInt8] = [
        "off": 0, "le": 1, "va": 44, "ef": 46,
        "cs1": 8, "cs2": 16, "cs3": 24, "cs4": 32, "cs5": 40, "cs6": 48, "cs7": 56,
        "af11": 10, "af12": 12, "af13": 14, "af21": 18, "af22": 20, "af23": 22,
        "af31": 26, "af32": 28, "af33": 30, "af41": 34, "af42": 36, "af43": 38,
    ]

    private init(codepoint: UInt8) { self.codepoint = codepoint }

    /// Reads `off`, the name of a class, or its number.
    package init?(_ text: String) {
        if let codepoint = Self.names[text.lowercased()] {
            self.init(codepoint: codepoint)
        } else if let number = DecimalText.int(text), let codepoint = UInt8(exactly: number), codepoint < 64 {
            self.init(codepoint: codepoint)
        } else {
            return nil
        }
    }

    package var description: String {
        Self.names.first { $0.value == codepoint }?.key ?? String(codepoint)
    }
}
