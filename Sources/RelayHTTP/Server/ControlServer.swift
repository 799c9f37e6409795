package import Logging
internal import RelayControl
internal import ServiceLifecycle

/// The control socket: a Unix socket whose file's mode says who may do everything.
package struct ControlServer: Service {
    private let path: String
    private let permissions: SocketPermissions
    private let connections: HTTPConnections
    private let responder: APIResponder
    private let logger: Logger
    private let start: @Sendable () async -> Void
    private let onListening: @Sendable () async -> Void

    /// - Parameters:
    ///   - path: where the socket appears, at most 107 bytes.
    ///   - permissions: who may open it, and so do everything.
    ///   - start: returns when it may appear.
    ///   - onListening: told once it has appeared.
    package init(
        path: String,
        permissions: SocketPermissions = SocketPermissions(),
        connections: HTTPConnections = HTTPConnections(),
        desk: ControlDesk,
        logger: Logger,
        start: @escaping @Sendable () async -> Void = {},
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.path = path
        self.permissions = permissions
        self.connections = connections
        self.logger = logger
        self.start = start
        self.onListening = onListening
        responder = APIResponder(
            routes: ControlRoutes(desk: desk).routes,
            settings: APISettingsBox(APISettings(keys: APIKeyRing([]))),
            counters: HTTPRequestCounters(),
            logger: logger
        )
    }

    /// - Throws: `ListenerError` where another process listens on the path, or something else stands there.
    package static func require(free path: String, named key: String = "control.socket") throws(ListenerError) {
        try UnixSocketPath.require(path, free: key)
    }

    /// Serves until the task is cancelled or asked to stop gracefully.
    /// - Throws: `ListenerError` when the socket cannot be made.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await start() }
        if Task.isCancelled || Task.isShuttingDownGracefully { return }
        var limits = ListenerLimits()
        limits.maxConnections = 64
        let listener = HTTPListener(
            name: "control.socket",
            address: .unix(path: path),
            permissions: permissions,
            tls: nil,
            limits: limits,
            table: connections.table(for: "control.socket", limits: limits, trustsEverybody: true, logger: logger),
            responder: responder,
            logger: logger,
            hasKey: { _ in true },
            onListening: { [logger, path, onListening] _ in
                logger.info("control socket is open", metadata: ["path": "\(path)"])
                await onListening()
            }
        )
        try await listener.run()
    }
}
