internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOPosix
internal import RelaySystem
internal import ServiceLifecycle

/// Accepts connections on a listening socket and serves them until it is asked to stop.
///
/// The framework's `Server` neither serves on a socket that is open already nor says who connects, which decides whether a
/// connection gets a place.
struct HTTPServer: Service {
    /// What to listen on.
    enum Socket: Sendable {
        case tcp(host: String, port: Int)
        /// Where there is no file yet.
        case unix(path: String)
        /// A descriptor that listens already; it belongs to the server from now on.
        case descriptor(Int32)
    }

    /// What the kernel holds of an answer that is not read (it takes twice of it, socket(7)). The rest is counted in
    /// `OwedAnswers`; without a bound the kernel would take megabytes for each connection.
    private static let sendBuffer: ChannelOptions.Types.SocketOption.Value = 64 << 10

    let socket: Socket
    let child: HTTPChannel
    let logger: Logger
    /// Called once connections are accepted, with the address that was really bound.
    let onListening: @Sendable (SocketAddress?) async throws -> Void

    func run() async throws {
        let quiescing = ServerQuiescingHelper(group: MultiThreadedEventLoopGroup.singleton)
        let server = try await bind(quiescing)
        try await withGracefulShutdownHandler {
            do {
                try await onListening(server.channel.localAddress)
            } catch {
                try? await server.channel.close()
                throw error
            }
            await serve(server)
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }

    private func bind(
        _ quiescing: ServerQuiescingHelper
    ) async throws -> NIOAsyncChannel<HTTPChannel.Value, Never> {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.socketOption(.so_sndbuf), value: Self.sendBuffer)
            .serverChannelInitializer { [table = child.table, logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = channel.pipeline.syncOperations
                    try handlers.addHandler(AcceptErrorHandler(logger: logger))
                    try handlers.addHandler(ConnectionGate(table: table))
                    try handlers.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
        let setUp = { @Sendable [child, logger] (channel: any Channel) in
            child.setup(channel: channel, logger: logger.forFramework)
        }
        switch socket {
        case .tcp(let host, let port):
            return try await bootstrap.bind(host: host, port: port, childChannelInitializer: setUp)
        case .unix(let path):
            return try await bootstrap.bind(unixDomainSocketPath: path, childChannelInitializer: setUp)
        case .descriptor(let number):
            return try await bootstrap.bind(number, childChannelInitializer: setUp)
        }
    }

    private func serve(_ server: NIOAsyncChannel<HTTPChannel.Value, Never>) async {
        await withDiscardingTaskGroup { group in
            do {
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        group.addTask { await child.handle(value: connection, logger: logger.forFramework) }
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
