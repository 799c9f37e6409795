internal import HTTPTypes
internal import Hummingbird

/// CORS for the lobby service: which web pages a browser lets read the answers. Games in browsers call it from the page
/// they were loaded from. The list is for all of them; the rest for those whose origins `lobbies.origins` names. No
/// cookies are involved.
struct CrossOrigin: Sendable {
    /// `lobbies.origins`.
    let allowed: [String]
    /// Whether every page may read the answer.
    let isForAll: Bool

    private static let methods = "GET, POST, PATCH, DELETE, OPTIONS"
    private static let headers = "Authorization, Content-Type, X-Request-Id"

    /// Tells the browser who may read an answer.
    func mark(_ response: inout Response, for page: CallingPage?) {
        guard let origin = origin(for: page) else {
            response.headers[.vary] = "Origin"
            return
        }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "Retry-After, X-Request-Id"
        if origin != "*" { response.headers[.vary] = "Origin" }
    }

    private func origin(for page: CallingPage?) -> String? {
        if isForAll { return "*" }
        guard let page, let named = page.named, page.isFrom(allowed) else { return nil }
        return named
    }

    /// The answer to a browser that asks whether a page may make a call.
    /// - Throws: `APIFailure` 403, which the developer's tools show.
    func preflight(_ request: Request, for page: CallingPage?) throws(APIFailure) -> Response {
        var response = Response(status: .noContent)
        response.headers[.accessControlAllowMethods] = Self.methods
        response.headers[.accessControlAllowHeaders] = Self.headers
        guard let page else { return response }
        let isRead = ["GET", "HEAD"].contains(request.headers[.accessControlRequestMethod])
        guard page.isFrom(allowed) || isForAll && isRead else { throw Self.refusal(of: page) }
        if !page.isFrom(allowed) { response.headers[.accessControlAllowMethods] = "GET" }
        response.headers[.accessControlMaxAge] = "7200"
        return response
    }

    /// What a page is told that may only read the list.
    static func refusal(of page: CallingPage) -> APIFailure {
        APIFailure(status: .forbidden, message: doubt(about: page))
    }

    static func doubt(about page: CallingPage) -> String {
        "a web page of \(page.words) may only read the list of lobbies; the relay's operator can name its origin in "
            + "'lobbies.origins'"
    }
}
