internal import RelayControl

/// A value in a request's body together with where it stands, so that an error can name it.
struct JSONField {
    /// Such as `users[1].ip`; empty for the body itself.
    let path: String
    /// `nil` where the field is absent.
    let value: JSONValue?

    private init(path: String, value: JSONValue?) {
        self.path = path
        self.value = value
    }

    /// Reads a body.
    /// - Throws: `.invalid` unless it is a JSON object.
    init(body: [UInt8]) throws(RelayError) {
        guard !body.isEmpty else { throw RelayError(.invalid, "the body is missing; send a JSON object") }
        do {
            self.init(path: "", value: try JSONParser.parse(body))
        } catch {
            throw RelayError(.invalid, "the body is not valid JSON: \(error.reason), at byte \(error.offset)")
        }
        guard case .object = value else { throw RelayError(.invalid, "the body is \(kind); send a JSON object") }
    }

    /// Whether there is nothing here: no such field, or `null`.
    var isAbsent: Bool { value == nil || value == .null }

    /// What is here, in words.
    var kind: String { value?.kind ?? "missing" }

    /// A field of this object; absent where the object has none of that name.
    func field(_ name: String) throws(RelayError) -> JSONField {
        guard case .object = value else { throw mismatch("an object") }
        return JSONField(path: path.isEmpty ? name : "\(path).\(name)", value: value?[name])
    }

    /// The elements of this list.
    func elements() throws(RelayError) -> [JSONField] {
        guard case .array(let values) = value else { throw mismatch("a list") }
        return values.enumerated().map { JSONField(path: "\(path)[\($0.offset)]", value: $0.element) }
    }

    func string() throws(RelayError) -> String {
        guard case .string(let text) = value else { throw mismatch("a string") }
        return text
    }

    /// A session's id, in its one spelling.
    func sessionID() throws(RelayError) -> String { SessionID.canonical(try string()) }

    func boolean() throws(RelayError) -> Bool {
        guard case .bool(let isTrue) = value else { throw mismatch("true or false") }
        return isTrue
    }

    /// A whole number of up to ten digits, or a string of them; `nil` where it is neither.
    func wholeNumber() -> UInt64? {
        let number: UInt64?
        switch value {
        case .integer(let integer): number = UInt64(exactly: integer)
        case .number(let real): number = UInt64(exactly: real)
        case .string(let text):
            let isDecimal = text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
            number = isDecimal && text.utf8.count <= 10 ? UInt64(text) : nil
        default: number = nil
        }
        return number.flatMap { $0 < 10_000_000_000 ? $0 : nil }
    }

    private func mismatch(_ wanted: String) -> RelayError {
        value == nil
            ? RelayError(.invalid, "\(path) is missing; send \(wanted)")
            : RelayError(.invalid, "\(path) is \(kind); send \(wanted)")
    }
}

extension String {
    /// The caller's own words, fit to stand in a message: in quotes, and not without bound.
    var quotedForMessage: String {
        let start = String(String.UnicodeScalarView(unicodeScalars.prefix(64)))
        return "\"\(start)\(start.utf8.count < utf8.count ? "…" : "")\""
    }
}
