internal import HTTPTypes
internal import Hummingbird
internal import RelayControl

/// One call of the API: when it is meant, who may make it, and what it does.
struct Route: Sendable {
    enum Access: Sendable, Equatable {
        /// Needs no key.
        case open
        /// Needs a key with a scope for this area.
        case key(APIPrincipal.Area)
    }

    /// Which web pages may call it from a browser.
    enum Pages: Sendable, Equatable {
        /// None: it is no part of a lobby service.
        case none
        /// Those whose origins are in `lobbies.origins`.
        case named
        case all
    }

    let method: HTTPRequest.Method
    /// The path, with parameters in braces: `/v1/relays/sessions/{session_id}`.
    let template: String
    let access: Access
    /// Whether the call takes something that is scarce, and so counts against the rate of the key.
    let isRateLimited: Bool
    let pages: Pages
    let handle: @Sendable (APICall) async throws -> Response

    init(
        _ method: HTTPRequest.Method,
        _ template: String,
        _ access: Access,
        isRateLimited: Bool = false,
        pages: Pages = .none,
        handle: @escaping @Sendable (APICall) async throws -> Response
    ) {
        self.method = method
        self.template = template
        self.access = access
        self.isRateLimited = isRateLimited
        self.pages = pages
        self.handle = handle
    }
}
