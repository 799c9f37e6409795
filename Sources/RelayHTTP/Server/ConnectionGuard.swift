internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1

/// Stands between the HTTP codec and the framework on each connection, and takes on what the framework leaves open:
/// slow clients, malformed requests that still get an answer in JSON, and bodies that nobody wants to read.
///
/// The rules are in `ConnectionState`; here they meet the channel.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a connection that was refused may still send before it is cut off. Closing at once would reset it, and
    /// the client might never see the answer.
    private static let lingerTime = TimeAmount.seconds(2)

    private let limits: ListenerLimits
    private var state = ConnectionState()
    private var readDeadline: Scheduled<Void>?
    private var writeDeadline: Scheduled<Void>?
    private var unwrittenParts = 0

    init(limits: ListenerLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { awaitFirstHead(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        readDeadline?.cancel()
        writeDeadline?.cancel()
    }

    func channelActive(context: ChannelHandlerContext) {
        awaitFirstHead(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !state.isRefusing else { return }
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head):
            state.readHead()
            setReadDeadline(context, in: limits.bodyTimeout) { self.refuse(context, .slowBody) }
            // Some clients wait a second for this before they send the body.
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body: break
        case .end:
            state.readEnd()
            readDeadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // What a refused client still sends is read and thrown away, whether or not the framework asks for more.
        if state.isLingering { context.read() }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: refuse(context, .headersTooLarge)
        case is HTTPParserError, is HTTP1TypeConversionError: refuse(context, .malformed)
        default: context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if state.isLingering, event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        switch state.write(part) {
        case .pass:
            if case .body = part { writeTimed(context, data, promise) } else { context.write(data, promise: promise) }
        case .passAndAnnounceClose:
            context.write(wrapOutboundOut(Self.announcingClose(part)), promise: promise)
        case .finish:
            writeTimed(context, data, promise)
            if state.isIdle { awaitNextHead(context) }
        case .finishAndLinger:
            writeTimed(context, data, promise)
            linger(context)
        case .finishAndRefuse(let refusal):
            writeTimed(context, data, promise)
            writeRefusal(context, refusal)
        case .drop: promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard state.isLingering else {
            context.close(mode: mode, promise: promise)
            return
        }
        context.channel.closeFuture.cascade(to: promise)
    }

    private func awaitFirstHead(_ context: ChannelHandlerContext) {
        setReadDeadline(context, in: limits.headerTimeout) { self.refuse(context, .slowHeaders) }
    }

    /// A connection that was of use ends without a word, as clients that keep connections open expect.
    private func awaitNextHead(_ context: ChannelHandlerContext) {
        setReadDeadline(context, in: limits.idleTimeout) { context.close(promise: nil) }
    }

    private func setReadDeadline(
        _ context: ChannelHandlerContext,
        in time: TimeAmount,
        action: @escaping () -> Void
    ) {
        readDeadline?.cancel()
        readDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: time, action)
    }

    private func refuse(_ context: ChannelHandlerContext, _ refusal: ConnectionRefusal) {
        readDeadline?.cancel()
        let (answersNow, breaksBody) = state.refuse(refusal)
        if answersNow { writeRefusal(context, refusal) }
        // Else the framework would take the body for complete when the connection closes.
        if breaksBody { context.fireErrorCaught(RefusedRequest()) }
    }

    private func writeRefusal(_ context: ChannelHandlerContext, _ refusal: ConnectionRefusal) {
        let response = APIFailure(status: refusal.status, message: refusal.message).response
        var head = response.head
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(refusal.body)), promise: nil)
        writeTimed(context, wrapOutboundOut(.end(nil)), nil)
        linger(context)
    }

    /// Writes what there is of an answer, which may go on for as long as somebody watches, and cuts the connection off when
    /// its client does not take it in time.
    private func writeTimed(_ context: ChannelHandlerContext, _ part: NIOAny, _ promise: EventLoopPromise<Void>?) {
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        unwrittenParts += 1
        setWriteDeadline(context)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.unwrittenParts -= 1
            self.setWriteDeadline(context)
        }
        context.write(part, promise: written)
    }

    private func setWriteDeadline(_ context: ChannelHandlerContext) {
        writeDeadline?.cancel()
        writeDeadline = nil
        guard unwrittenParts > 0 else { return }
        writeDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: limits.idleTimeout) {
            context.close(promise: nil)
        }
    }

    private func linger(_ context: ChannelHandlerContext) {
        state.linger()
        context.flush()
        context.close(mode: .output, promise: nil)
        context.read()
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) {
            context.close(promise: nil)
        }
    }

    private static func announcingClose(_ part: HTTPResponsePart) -> HTTPResponsePart {
        guard case .head(var head) = part else { return part }
        head.headerFields[.connection] = "close"
        return .head(head)
    }
}
