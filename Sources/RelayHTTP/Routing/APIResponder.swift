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
    /// Addresses that stand for many players.
    let sharedSources: SharedSources
    private let limiter = KeyRateLimiter()
    private let sparseLog: SparseLog

    init(
        routes: [Route],
        settings: APISettingsBox,
        counters: HTTPRequestCounters,
        logger: Logger,
        isTLS: Bool = false,
        sharedSources: SharedSources = SharedSources()
    ) {
        table = RouteTable(routes)
        self.settings = settings
        self.counters = counters
        self.logger = logger
        self.isTLS = isTLS
        self.sharedSources = sharedSources
        sparseLog = SparseLog(logger)
    }

    func respond(to request: Request, context: APIContext) async -> Response {
        let start = ContinuousClock.now
        let asked = Asked(request, table, peer: context.peer)
        var principal: APIPrincipal?
        var response: Response
        do {
            response = try await answer(asked, principal: &principal)
        } catch {
            let failure = APIFailure(error)
            if failure.status == .internalServerError { logUnexpected(error, asked) }
            response = failure.response
        }
        if asked.needsKey || asked.pages != .none, response.headers[.cacheControl] == nil {
            response.headers[.cacheControl] = "no-store"
        }
        if asked.pages != .none { crossOrigin(asked).mark(&response, for: asked.page) }
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[.xRequestID] = asked.id
        counters.count(route: asked.match.route, statusCode: response.status.code)
        logger.debug(
            "request",
            metadata: [
                "method": "\(request.method.rawValue)", "route": "\(asked.match.route?.template ?? "other")",
                "status": "\(response.status.code)", "ms": "\(start.duration(to: .now) / .milliseconds(1))",
                "key": "\(principal?.name.withoutControls ?? "none")", "request": "\(asked.id)",
            ]
        )
        return response
    }

    private func crossOrigin(_ asked: Asked) -> CrossOrigin {
        CrossOrigin(allowed: settings.current.lobbyOrigins, isForAll: asked.pages == .all)
    }

    private func answer(_ asked: Asked, principal: inout APIPrincipal?) async throws -> Response {
        let (request, settings) = (asked.request, settings.current)
        if asked.isPreflight { return try crossOrigin(asked).preflight(request, for: asked.page) }
        if asked.needsKey {
            let keys = request.headers[values: .authorization]
            principal = try settings.keys.authenticate(authorizationHeader: keys.count == 1 ? keys[0] : nil)
        } else if asked.pages != .none, request.headers[values: .authorization].count == 1 {
            // Players need no key, and whatever else they send there is no fault of theirs.
            principal = try? settings.keys.authenticate(authorizationHeader: request.headers[.authorization])
        }
        switch asked.match {
        case .nothing:
            throw APIFailure(status: .notFound, message: "there is no such path; GET /openapi.json lists what there is")
        case .otherMethods(let allowed):
            throw APIFailure.methodNotAllowed(request.method, allowed: allowed)
        case .route(let route, let parameters):
            if let principal { try admit(principal, to: route, settings) }
            if asked.page != nil { try CallingPage.requireJSONBody(request) }
            let caller = CallerAddress.resolve(
                peer: asked.peer,
                forwardedFor: request.headers[values: .xForwardedFor],
                trustedProxies: settings.trustedProxies
            )
            var call = APICall(
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
            if route.pages != .none {
                let player = PlayerAtTheDoor(
                    request: request,
                    requestID: asked.id,
                    peer: asked.peer,
                    caller: caller,
                    page: asked.page,
                    isTrusted: principal?.may(.lobbies, isRead: false) == true
                )
                call.doubt = try player.doubt(settings: settings, shared: sharedSources, log: sparseLog)
            }
            do {
                return try await route.handle(call)
            } catch let error as RelayError where error.code == .forbidden {
                // Who has no rights is told why; what it would need them for is another matter.
                throw call.doubt.map { RelayError(.forbidden, $0) } ?? error
            }
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

    private func logUnexpected(_ error: any Error, _ asked: Asked) {
        // A caller that hangs up in the middle of its request, or a stop of the daemon, is no fault.
        let route = asked.match.route?.template ?? "other"
        guard !(error is CancellationError || error is RefusedRequest) else {
            logger.debug("request cut off", metadata: ["route": "\(route)", "request": "\(asked.id)"])
            return
        }
        logger.error(
            "request failed",
            metadata: ["route": "\(route)", "error": "\("\(error)".withoutControls)", "request": "\(asked.id)"]
        )
    }
}

extension RouteTable.Match {
    /// The route, where there is one.
    var route: Route? {
        if case .route(let route, _) = self { return route }
        return nil
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
