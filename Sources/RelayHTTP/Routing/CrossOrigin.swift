internal import HTTPTypes
internal import Hummingbird

/// CORS for the lobby service: games in browsers call it from the page they were loaded from. No cookies are involved
/// and the service needs no key, so every origin may.
enum CrossOrigin {
    /// Whether a path belongs to the lobby service.
    static func covers(_ path: String) -> Bool { path.hasPrefix("/l/") }

    static func isPreflight(_ request: Request) -> Bool { request.method == .options && covers(request.uri.path) }

    static func preflightAnswer(to request: Request) -> Response {
        var response = Response(status: .noContent)
        mark(&response)
        response.headers[.accessControlAllowMethods] = "GET, POST, PATCH, DELETE, OPTIONS"
        response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type"
        response.headers[.accessControlMaxAge] = "86400"
        return response
    }

    static func mark(_ response: inout Response) {
        response.headers[.accessControlAllowOrigin] = "*"
        response.headers[.accessControlExposeHeaders] = "Retry-After"
    }
}

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
}
