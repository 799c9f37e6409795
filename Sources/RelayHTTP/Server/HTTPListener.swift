internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import RelaySystem
internal import ServiceLifecycle

/// A listener that serves HTTP/1.1 to a responder until it is stopped.
struct HTTPListener<Responder: HTTPResponder>: Service where Responder.Context == APIContext {
    /// The configuration key of its address, for messages.
    let name: String
    let address: ListenAddress
    let tls: TLSCredentialsBox?
    let limits: ListenerLimits
    let responder: Responder
    let logger: Logger
    /// The socket to serve on, where the service manager has opened it; else the listener binds one.
    var inherited: InheritedListener?
    /// Told the address that was really bound, once connections are accepted.
    let onListening: @Sendable (ListenAddress) async -> Void

    /// The same as an application of the framework, for its tests too.
    var application: Application<Responder> {
        Application(
            responder: responder,
            server: HTTPServerBuilder { answer in
                let plain = HTTP1Channel(responder: answer, configuration: channelConfiguration)
                return if let tls { TLSListenerChannel(base: plain, credentials: tls) } else { plain }
            },
            configuration: ApplicationConfiguration(
                address: address.bindAddress,
                availableConnectionsDelegate: .maximum(limits.maxConnections, logger: logger)
            ),
            onServerRunning: serverRunning,
            logger: logger.forFramework
        )
    }

    @Sendable func serverRunning(_ channel: any Channel) async {
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(AcceptErrorHandler(logger: logger), position: .first)
            }.get()
        } catch {
            logger.debug("the listener closed while it started")
        }
        await onListening(address.bound(to: channel.localAddress))
    }

    /// - Throws: `ListenerError` when the address cannot be bound.
    func run() async throws {
        if let inherited { return try await run(on: inherited) }
        if case .unix(let path) = address { try UnixSocketPath.require(path, free: name) }
        do {
            try await application.run()
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

    var channelConfiguration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(limits: limits)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10,
                maxHeaderListSize: 32 << 10,
                maxHeaderFieldCount: 100
            )
        )
    }
}
