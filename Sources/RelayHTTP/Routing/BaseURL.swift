/// What the relay's own URLs start with.
enum BaseURL {
    /// The configured one, or the address that the request was sent to.
    static func of(authority: String?, publicURL: String?, isTLS: Bool) -> String {
        if let publicURL { return publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL }
        let authority = authority ?? "localhost"
        let isPlain = authority.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return "\(isTLS ? "https" : "http")://\(isPlain && !authority.isEmpty ? authority : "localhost")"
    }

    /// The host of a URL or of a Host header, in lower case and without its port.
    static func host(of text: String) -> String {
        var rest = Substring(text.lowercased())
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" }
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") { return String(rest[...end]) }
        rest = rest.prefix { $0 != ":" }
        return String(rest.hasSuffix(".") ? rest.dropLast() : rest)
    }
}
