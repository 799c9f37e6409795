internal import HTTPTypes
internal import Hummingbird

/// The web page for which a browser makes a request. Its author is not who sits before the browser: the browser's
/// address says nothing about what the page may do.
struct CallingPage: Sendable, Equatable {
    /// What the origin may be, in lower case, such as `https://game.example.net`; empty where the browser does not say.
    let origins: [String]
    /// The value of the Origin header, where there is one.
    let named: String?

    /// `nil` for requests that no page made: of games, of tools, and of somebody who typed the address.
    init?(_ head: HTTPRequest) {
        let named = head.headerFields[values: .origin]
        guard named.isEmpty else {
            self.named = named.count == 1 ? named[0] : nil
            origins = named.count == 1 ? [named[0].lowercased()] : []
            return
        }
        let sites = head.headerFields[values: .secFetchSite].map { $0.lowercased() }
        if sites.isEmpty || sites == ["none"] { return nil }
        self.named = nil
        // A page that reads where it came from does not name its origin: that is where it called.
        let host = sites == ["same-origin"] ? head.authority?.lowercased() : nil
        origins = host.map { ["https://\($0)", "http://\($0)"] } ?? []
    }

    /// Whether the page is of one of these origins.
    func isFrom(_ allowed: [String]) -> Bool { origins.contains(where: allowed.contains) }

    /// The origin in words for a message.
    var words: String {
        guard let named else { return origins.isEmpty ? "an origin that the browser does not name" : "this host" }
        return named.quotedForMessage
    }

    /// A body that any page may send without asking first is refused: `text/plain`, forms, and what has no type.
    /// - Throws: `APIFailure` 415.
    static func requireJSONBody(_ request: Request) throws(APIFailure) {
        let hasBody =
            request.headers[values: .transferEncoding].isEmpty == false
            || request.headers[values: .contentLength].contains { $0 != "0" }
        guard hasBody else { return }
        let types = request.headers[values: .contentType]
        let type = types.first?.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        guard types.count == 1, type == "application/json" else {
            throw APIFailure(
                status: .unsupportedMediaType,
                message: "a web page has to send its body as JSON, with 'Content-Type: application/json'"
            )
        }
    }
}
