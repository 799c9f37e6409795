/// What a caller can get wrong, all `.invalid`.
enum LobbyRules {
    static func checkDeploymentName(_ name: String) throws(RelayError) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(name.utf8.count) else {
            throw RelayError(.invalid, "name must be 1 to 64 of letters, digits, '-' and '_'")
        }
    }

    static func checkText(_ text: String, _ field: String, most: Int) throws(RelayError) {
        guard !text.isEmpty else { throw RelayError(.invalid, "\(field) is empty; send 1 to \(most) bytes") }
        try checkLength(text, field, most: most)
    }

    /// - Parameter mayHaveLines: whether tabs and line breaks are let through.
    static func checkLength(
        _ text: String,
        _ field: String,
        most: Int,
        mayHaveLines: Bool = false
    ) throws(RelayError) {
        guard !text.unicodeScalars.contains(where: { isControl($0, mayHaveLines: mayHaveLines) }) else {
            throw RelayError(.invalid, "\(field) has control characters; send text without them")
        }
        let length = text.renderedLength
        guard length <= most else {
            throw RelayError(
                .invalid,
                "\(field) has \(length) bytes as JSON shows it, at most \(most) are allowed"
            )
        }
    }

    /// The separators of lines and paragraphs are no control characters by name, and do what those do.
    private static func isControl(_ scalar: Unicode.Scalar, mayHaveLines: Bool) -> Bool {
        if mayHaveLines, ["\t", "\n", "\r"].contains(scalar) { return false }
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: return true
        default: return false
        }
    }

    /// The text without control characters: records of older versions may hold some.
    static func cleaned(_ text: String, mayHaveLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0, mayHaveLines: mayHaveLines) }) else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isControl(scalar, mayHaveLines: mayHaveLines) { clean.append(scalar) }
        return String(clean)
    }

    static func checkCapacity(_ capacity: Int, maxPlayers: Int) throws(RelayError) {
        let most = max(1, min(maxPlayers, LobbyLimits.capacity))
        guard (1...most).contains(capacity) else {
            throw RelayError(
                .invalid,
                "capacity is \(capacity); send a whole number, 1 to \(most) "
                    + "('sessions.max_users', at most \(LobbyLimits.capacity))"
            )
        }
    }

    static func checkTags(_ tags: [String]) throws(RelayError) {
        guard tags.count <= LobbyLimits.tags else {
            throw RelayError(.invalid, "tags has \(tags.count) entries, at most \(LobbyLimits.tags) are allowed")
        }
        for (index, tag) in tags.enumerated() { try checkLength(tag, "tags[\(index)]", most: LobbyLimits.tag) }
    }
}

extension String {
    /// How many bytes the text takes as JSON shows it, quotes around it aside.
    var renderedLength: Int {
        utf8.reduce(0) { length, byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"): length + 2
            case 0..<0x20, 0x7F: length + 6
            default: length + 1
            }
        }
    }
}
