internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import RelayControl

/// Answers requests: finds the route, lets in who may, and turns every failure into the one error shape.
///
/// Paths below `/v1` are looked at only after the key, so that a stranger learns nothing of what is there.
struct APIResponder: HTTPResponder {
    typealias Context = APIContext

    let table: RouteTable
    let settings: APISettingsBox
    let counters: HTTPRequestCounters
    let logger: Logger
    /// Whether the listener speaks TLS.
    let isTLS: Bool
    private let limiter = KeyRateLimiter()

    init(routes: [Route], settings: APISettingsBox, counters: HTTPRequestCounters, logger: Logger, isTLS: Bool = false)
    {
        table = RouteTable(routes)
        self.settings = settings
        self.counters = counters
        self.logger = logger
        self.isTLS = isTLS
    }

    func respond(to request: Request, context: APIContext) async -> Response {
        let start = ContinuousClock.now
        let path = request.uri.path
        if CrossOrigin.isPreflight(request) { return CrossOrigin.preflightAnswer(to: request) }
        let match = table.match(request.method, path: path)
        var principal: APIPrincipal?
        var response: Response
        do {
            response = try await answer(request, match, path: path, context: context, principal: &principal)
        } catch {
            let failure = APIFailure(error)
            if failure.status == .internalServerError { logUnexpected(error, match) }
            response = failure.response
        }
        if Self.needsKey(match, path: path) || CrossOrigin.covers(path) { response.headers[.cacheControl] = "no-store" }
        if CrossOrigin.covers(path) { CrossOrigin.mark(&response) }
        if request.method == .head { response = response.createHeadResponse() }
        counters.count(route: match.route, statusCode: response.status.code)
        logger.debug(
            "request",
            metadata: [
                "method": "\(request.method.rawValue)", "route": "\(match.route?.template ?? "other")",
                "status": "\(response.status.code)", "ms": "\(start.duration(to: .now) / .milliseconds(1))",
                "key": "\(principal?.name.withoutControls ?? "none")",
            ]
        )
        return response
    }

    private func answer(
        _ request: Request,
        _ match: RouteTable.Match,
        path: String,
        context: APIContext,
        principal: inout APIPrincipal?
    ) async throws -> Response {
        let settings = settings.current
        if Self.needsKey(match, path: path) {
            let keys = request.headers[values: .authorization]
            principal = try settings.keys.authenticate(authorizationHeader: keys.count == 1 ? keys[0] : nil)
        } else if CrossOrigin.covers(path), request.headers[values: .authorization].count == 1 {
            // Players need no key, and whatever else they send there is no fault of theirs.
            principal = try? settings.keys.authenticate(authorizationHeader: request.headers[.authorization])
        }
        switch match {
        case .nothing:
            throw APIFailure(status: .notFound, message: "there is no such path; GET /openapi.json lists what there is")
        case .otherMethods(let allowed):
            throw APIFailure.methodNotAllowed(request.method, allowed: allowed)
        case .route(let route, let parameters):
            if let principal { try admit(principal, to: route, settings) }
            let caller = CallerAddress.resolve(
                peer: context.peer,
                forwardedFor: request.headers[values: .xForwardedFor],
                trustedProxies: settings.trustedProxies
            )
            return try await route.handle(
                APICall(
                    request: request,
                    parameters: parameters,
                    caller: caller,
                    maxBodyBytes: settings.maxBodyBytes,
                    principal: principal,
                    isStillAllowed: { [box = self.settings] in
                        guard case .key(let area) = route.access else { return true }
                        let keys = request.headers[values: .authorization]
                        let principal = try? box.current.keys.authenticate(
                            authorizationHeader: keys.count == 1 ? keys[0] : nil
                        )
                        return principal?.may(area, isRead: route.method == .get) ?? false
                    },
                    baseURL: BaseURL.of(authority: request.head.authority, publicURL: settings.publicURL, isTLS: isTLS)
                )
            )
        }
    }

    private func admit(_ principal: APIPrincipal, to route: Route, _ settings: APISettings) throws {
        guard case .key(let area) = route.access else { return }
        try principal.require(area, isRead: route.method == .get)
        guard route.isRateLimited, let rate = settings.keyRate,
            let wait = limiter.take(key: principal.name, rate: rate)
        else { return }
        throw APIFailure(
            status: .tooManyRequests,
            message: "the key '\(principal.name)' makes too many of these calls; try again in \(wait) s",
            headers: [.retryAfter: "\(wait)"]
        )
    }

    private func logUnexpected(_ error: any Error, _ match: RouteTable.Match) {
        // A caller that hangs up in the middle of its request, or a stop of the daemon, is no fault.
        let route = match.route?.template ?? "other"
        guard !(error is CancellationError || error is RefusedRequest) else {
            logger.debug("request cut off", metadata: ["route": "\(route)"])
            return
        }
        logger.error("request failed", metadata: ["route": "\(route)", "error": "\("\(error)".withoutControls)"])
    }

    /// Decided by the route that will answer, never by how the path was spelled: `/v%31` is `/v1`. Where no route answers,
    /// everything below `/v1` needs a key too.
    private static func needsKey(_ match: RouteTable.Match, path: String) -> Bool {
        guard let route = match.route else { return RouteTable.firstSegment(of: path) == "v1" }
        return route.access != .open
    }
}

extension RouteTable.Match {
    /// The route, where there is one.
    var route: Route? {
        if case .route(let route, _) = self { return route }
        return nil
    }
}

extension HTTPField.Name {
    /// Who a proxy says the request is from; common practice, no RFC.
    static var xForwardedFor: Self {
        guard let name = Self("X-Forwarded-For") else { preconditionFailure("a valid name was refused") }
        return name
    }
}

extension String {
    /// The text as it may stand on one line of a log.
    var withoutControls: String {
        var result = ""
        for scalar in unicodeScalars {
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            result += isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return result
    }
}
