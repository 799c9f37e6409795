internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import RelaySystem
internal import ServiceLifecycle

/// A listener that serves HTTP/1.1 to a responder until it is stopped.
struct HTTPListener<Responder: HTTPResponder>: Service where Responder.Context == APIContext {
    /// The configuration key of its address, for messages.
    let name: String
    let address: ListenAddress
    /// Who may open the socket, where the address is a Unix socket's.
    var permissions = SocketPermissions()
    let tls: TLSCredentialsBox?
    let limits: ListenerLimits
    let table: ConnectionTable
    let responder: Responder
    let logger: Logger
    /// The socket to serve on, where the service manager has opened it; else the listener binds one.
    var inherited: InheritedListener?
    /// Whether a request's headers have a valid API key.
    let hasKey: @Sendable (HTTPHeaders) -> Bool
    /// Told the address that was really bound, once connections are accepted.
    let onListening: @Sendable (ListenAddress) async -> Void

    /// - Throws: `ListenerError` when the address cannot be bound.
    func run() async throws {
        if let inherited {
            try await serve(on: .descriptor(inherited.number))
            return
        }
        do {
            switch address {
            case .tcp(let host, let port): try await serve(on: .tcp(host: host, port: port))
            case .unix(let path): try await serveAtPath(path)
            }
        } catch let error as IOError {
            throw ListenerError(
                SystemWords.unbindable(
                    "\(address)",
                    error.errnoCode,
                    port: address.port,
                    unit: name == "api.listen" ? "causeway-api.socket" : "a proxy"
                ),
                key: name,
                isTaken: error.errnoCode == EADDRINUSE
            )
        } catch is SocketAddressError {
            throw ListenerError("\(address) cannot be used: there is no such host, or the path is too long", key: name)
        }
    }

    private func serveAtPath(_ path: String) async throws {
        try UnixSocketPath.require(path, free: name)
        let place = try SocketPlace(path, named: name)
        defer { place.remove() }
        try await serve(on: .unix(path: place.temporaryPath)) { try place.publish(permissions) }
    }

    private func serve(on socket: HTTPServer.Socket, appear: @escaping @Sendable () throws -> Void = {}) async throws {
        let channel = HTTPChannel(responder: answer, limits: limits, table: table, tls: tls, hasKey: hasKey)
        let server = HTTPServer(socket: socket, child: channel, logger: logger) { bound in
            try appear()
            await onListening(address.bound(to: bound))
        }
        try await server.run()
    }

    /// Answers a request, unless too much of what was answered before is still unread.
    @Sendable private func answer(
        _ request: Request,
        _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        let context = APIContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        let connection = ServedConnection.current
        // Many may wait for their turn here, and their clients for the answer only so long.
        guard connection?.isClosed != true else { throw CancellationError() }
        var response: Response
        if let refusal = connection?.refusalBeforeWork() {
            response = refusal.response
        } else {
            response = try await responder.respond(to: request, context: context)
        }
        if let refusal = connection?.reserve(response.body.contentLength ?? 0) { response = refusal.response }
        response.headers[.date] = HTTPDate.now
        try await writer.write(response: response.head, body: response.body)
    }
}

extension OwedAnswers.Refusal {
    /// What goes out in the place of the answer.
    fileprivate var response: Response {
        let whose = self == .source ? "your address has" : "all clients together have"
        return APIFailure(
            status: .serviceUnavailable,
            message: "\(whose) not read too much of what was answered; read the answers, or try again in a second",
            headers: [.retryAfter: "1"]
        ).response
    }
}
