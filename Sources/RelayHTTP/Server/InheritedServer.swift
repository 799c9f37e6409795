internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOPosix
internal import RelaySystem
internal import ServiceLifecycle

/// What the framework's `Server` does, on a socket that listens already; the framework binds its own only.
struct InheritedServer<Child: ServerChildChannel>: Service {
    let listener: InheritedListener
    let child: Child
    let maxConnections: Int
    let logger: Logger
    let onServerRunning: @Sendable (any Channel) async -> Void

    func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let server = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { [maxConnections, logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = channel.pipeline.syncOperations
                    let limit = MaximumAvailableConnections(maxConnections, logger: logger)
                    try handlers.addHandler(AvailableConnectionsChannelHandler(delegate: limit))
                    try handlers.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .bind(listener.number) { [child, logger] in child.setup(channel: $0, logger: logger) }
        await withGracefulShutdownHandler {
            await onServerRunning(server.channel)
            await serve(server)
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }

    private func serve(_ server: NIOAsyncChannel<Child.Value, Never>) async {
        await withDiscardingTaskGroup { group in
            do {
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        group.addTask { await child.handle(value: connection, logger: logger) }
                    }
                }
            } catch {
                let reason =
                    (error as? IOError).map { SystemWords.reason($0.errnoCode) } ?? "it was closed from outside"
                logger.error("the listener failed: \(reason)")
            }
        }
    }
}

extension HTTPListener {
    /// Serves on a socket that listens already.
    func run(on listener: InheritedListener) async throws {
        let plain = HTTP1Channel(responder: answer, configuration: channelConfiguration)
        if let tls {
            try await run(TLSListenerChannel(base: plain, credentials: tls), on: listener)
        } else {
            try await run(plain, on: listener)
        }
    }

    private func run(_ child: some ServerChildChannel, on listener: InheritedListener) async throws {
        let server = InheritedServer(
            listener: listener,
            child: child,
            maxConnections: limits.maxConnections,
            logger: logger,
            onServerRunning: serverRunning
        )
        try await ServiceGroup(services: [server], logger: logger).run()
    }

    /// What the framework's `Application` does with a request.
    @Sendable private func answer(
        _ request: Request,
        _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        let context = APIContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        var response = try await responder.respond(to: request, context: context)
        response.headers[.date] = HTTPDate.now
        try await writer.write(response: response.head, body: response.body)
    }
}
