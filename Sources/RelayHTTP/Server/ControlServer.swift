internal import Glibc
package import Logging
internal import RelayControl
internal import ServiceLifecycle

/// The control socket: a Unix socket whose file's mode says who may do everything.
package struct ControlServer: Service {
    /// Owner and group; a socket is opened by whoever may write to it (unix(7)).
    private static let mode: mode_t = 0o660

    private let path: String
    private let responder: APIResponder
    private let logger: Logger
    private let start: @Sendable () async -> Void
    private let onListening: @Sendable () async -> Void

    /// - Parameters:
    ///   - path: where the socket appears, at most 107 bytes.
    ///   - start: returns when it may appear.
    ///   - onListening: told once it has appeared.
    package init(
        path: String,
        desk: ControlDesk,
        logger: Logger,
        start: @escaping @Sendable () async -> Void = {},
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.path = path
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
        try Self.require(free: path)
        let place = try SocketPlace(path)
        defer { place.remove() }
        let (bound, boundInput) = AsyncStream.makeStream(of: Void.self)
        var limits = ListenerLimits()
        limits.maxConnections = 64
        let listener = HTTPListener(
            name: "control.socket",
            address: .unix(path: place.temporaryPath),
            tls: nil,
            limits: limits,
            responder: responder,
            logger: logger,
            onListening: { _ in boundInput.yield() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { boundInput.finish() }
                try await listener.run()
            }
            group.addTask {
                for await _ in bound {
                    try place.publish(mode: Self.mode)
                    logger.info("control socket is open", metadata: ["path": "\(path)"])
                    await onListening()
                }
            }
            try await group.waitForAll()
        }
    }
}
