internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1
internal import NIOSSL

/// HTTP/1.1 on an accepted connection, inside TLS or not.
struct HTTPChannel: HTTPChannelHandler {
    /// A connection, ready to be served.
    struct Value: ServerChildChannelValue {
        let parts: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        let connection: ServedConnection

        var channel: any Channel { parts.channel }
    }

    let responder: HTTPChannelHandler.Responder
    let limits: ListenerLimits
    let table: ConnectionTable
    /// New connections take the credentials of the moment.
    let tls: TLSCredentialsBox?
    /// Whether a request's headers have a valid API key.
    let hasKey: @Sendable (HTTPHeaders) -> Bool

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            guard let connection = table.claim(channel) else { throw ChannelError.ioOnClosedChannel }
            let handlers = channel.pipeline.syncOperations
            if let tls { try handlers.addHandler(NIOSSLServerHandler(context: tls.current.context)) }
            let flow = RequestFlow()
            try handlers.addHandler(HTTPResponseEncoder())
            try handlers.addHandler(RequestReader(flow: flow, limits: Self.decoderLimits))
            try handlers.addHandler(
                ConnectionGuard(limits: limits, connection: connection, flow: flow, hasKey: hasKey)
            )
            try handlers.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try handlers.addHandler(HTTPConnectionStateHandler(logger: logger))
            return Value(
                parts: try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                ),
                connection: connection
            )
        }
    }

    func handle(value: Value, logger: Logger) async {
        await ServedConnection.$current.withValue(value.connection) {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await handleHTTP(asyncChannel: value.parts, logger: logger)
                    return false
                }
                group.addTask { await value.connection.streamIsCutOff() }
                for await isCutOff in group where isCutOff {
                    // Only what has no other end: a call that has begun is finished, whoever asked for it.
                    group.cancelAll()
                }
            }
        }
    }

    private static let decoderLimits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 32 << 10
        limits.maxHeaderFieldCount = 100
        return limits
    }()
}
