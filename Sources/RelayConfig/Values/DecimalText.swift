/// Strict reading of decimal numbers: digits alone, no sign, no leading zeros, no separators.
enum DecimalText {
    /// The number, or `nil` for any other text or beyond 18 digits.
    static func int(_ text: some StringProtocol) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
            text.utf8.count == 1 || text.utf8.first != 48
        else { return nil }
        return text.utf8.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// The number if it fits 16 bits.
    static func uint16(_ text: some StringProtocol) -> UInt16? {
        int(text).flatMap(UInt16.init(exactly:))
    }
}
