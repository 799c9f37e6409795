internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypesHTTP1

/// Stands between the HTTP codec and the framework on each connection, and takes on what the framework leaves open:
/// slow clients, malformed requests that still get an answer in JSON, bodies that nobody wants to read, answers that
/// nobody reads, HTTP/1.0.
///
/// The rules are in `ConnectionState`, `RequestTraits` and `ConnectionTable`; here they meet the channel.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a connection that was refused may still send before it is cut off. Closing at once would reset it, and
    /// the client might never see the answer.
    private static let lingerTime = TimeAmount.seconds(2)

    private let limits: ListenerLimits
    private let connection: ServedConnection
    private let flow: RequestFlow
    private let hasKey: (HTTPHeaders) -> Bool
    private var state = ConnectionState()
    private var answer: AnswerAccount
    private var readDeadline: Scheduled<Void>?
    private var writeDeadline: Scheduled<Void>?
    private var unwrittenParts = 0

    /// - Parameter hasKey: whether a request's headers have a valid API key.
    init(
        limits: ListenerLimits,
        connection: ServedConnection,
        flow: RequestFlow,
        hasKey: @escaping (HTTPHeaders) -> Bool
    ) {
        self.limits = limits
        self.connection = connection
        self.flow = flow
        self.hasKey = hasKey
        answer = AnswerAccount(connection: connection)
    }

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
        switch unwrapInboundIn(data) {
        case .head(let head): guard readHead(context, head) else { return }
        case .body(let bytes):
            if case .length(let left) = flow.body { flow.body = .length(left - bytes.readableBytes) }
        case .end:
            flow.body = nil
            flow.endedUpgrade = state.request?.asksForUpgrade == true
            state.readEnd()
            readDeadline?.cancel()
            updateFlow()
        }
        context.fireChannelRead(data)
    }

    /// - Returns: whether the request is served.
    private func readHead(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) -> Bool {
        let traits: RequestTraits
        do throws(ConnectionRefusal) {
            traits = try RequestTraits(head)
            guard connection.beginRequest(hasKey: { hasKey(head.headers) }) else { throw .full }
        } catch {
            refuse(context, error, isHTTP10: head.version.minor == 0)
            return false
        }
        flow.body = traits.body
        flow.isAnswerDue = true
        setReadDeadline(context, in: limits.bodyTimeout) { self.refuse(context, .slowBody) }
        // Some clients wait a second for this before they send the body.
        if state.readHead(traits) {
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))),
                promise: nil
            )
        }
        return true
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // What is thrown away is read all the same, whether or not the framework asks for more: so the end is noticed.
        if state.isRefusing { context.read() }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: refuse(context, .headersTooLarge)
        case is HTTPParserError: refuse(context, .malformed)
        default: context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Who watches a stream and closes its side has gone; for any other answer it may still be there to read.
        if event as? ChannelEvent == .inputClosed, state.isLingering || state.isStreaming {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): writeHead(context, head, promise)
        case .body(let body): writeBody(context, body, promise)
        case .end(let trailers): writeEnd(context, trailers, promise)
        }
    }

    private func writeHead(
        _ context: ChannelHandlerContext,
        _ head: HTTPResponseHead,
        _ promise: EventLoopPromise<Void>?
    ) {
        var head = head
        let kind = ConnectionState.AnswerHead(
            isFramed: head.headers.contains(name: "content-length") || !head.status.mayHaveResponseBody,
            isStream: head.headers.first(name: "content-type")?.hasPrefix(EventStream.contentType) == true
                && !head.headers.contains(name: "content-length")
        )
        let isHTTP10 = state.request?.isHTTP10 == true
        guard case .passHead(let announcement) = state.writeHead(kind) else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        answer.begin()
        if isHTTP10 { head.version = .http1_0 }
        switch announcement {
        case .nothing: break
        case .close: head.headers.replaceOrAdd(name: "connection", value: "close")
        case .keepAlive: head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        updateFlow()
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private func writeBody(_ context: ChannelHandlerContext, _ body: IOData, _ promise: EventLoopPromise<Void>?) {
        guard state.writeBody() == .pass, case .byteBuffer(let bytes) = body else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard answer.mayWrite(bytes.readableBytes) else {
            // An answer that is made bit by bit has no other way to say that it is too much.
            promise?.fail(ChannelError.ioOnClosedChannel)
            connection.cutOff()
            return
        }
        var rest = bytes
        while rest.readableBytes > AnswerAccount.piece, let piece = rest.readSlice(length: AnswerAccount.piece) {
            writeTimed(context, wrapOutboundOut(.body(.byteBuffer(piece))), nil)
        }
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.connection.paid(bytes.readableBytes) }
        writeTimed(context, wrapOutboundOut(.body(.byteBuffer(rest))), written)
    }

    private func writeEnd(
        _ context: ChannelHandlerContext,
        _ trailers: HTTPHeaders?,
        _ promise: EventLoopPromise<Void>?
    ) {
        let action = state.writeEnd()
        guard action != .drop else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        answer.end()
        writeTimed(context, wrapOutboundOut(.end(trailers)), promise)
        if action == .finishAndLinger {
            linger(context)
        } else if state.isIdle {
            connection.becomeIdle()
            awaitNextHead(context)
        }
        updateFlow()
        flow.resume()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard state.isLingering else {
            context.close(mode: mode, promise: promise)
            return
        }
        context.channel.closeFuture.cascade(to: promise)
    }

    private func updateFlow() {
        flow.isAnswerDue = state.request != nil
        flow.isDiscarding = state.isRefusing
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

    private func refuse(_ context: ChannelHandlerContext, _ refusal: ConnectionRefusal, isHTTP10: Bool? = nil) {
        readDeadline?.cancel()
        let isHTTP10 = isHTTP10 ?? state.request?.isHTTP10 ?? false
        let (answersNow, breaksBody) = state.refuse()
        updateFlow()
        if answersNow { writeRefusal(context, refusal, isHTTP10: isHTTP10) }
        // Else the framework would take the body for complete when the connection closes.
        if breaksBody { context.fireErrorCaught(RefusedRequest()) }
    }

    private func writeRefusal(_ context: ChannelHandlerContext, _ refusal: ConnectionRefusal, isHTTP10: Bool) {
        var head = HTTPResponseHead(refusal.head)
        if isHTTP10 { head.version = .http1_0 }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(refusal.body))), promise: nil)
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
            self.connection.progress()
            self.setWriteDeadline(context)
        }
        context.write(part, promise: written)
    }

    private func setWriteDeadline(_ context: ChannelHandlerContext) {
        writeDeadline?.cancel()
        writeDeadline = nil
        guard unwrittenParts > 0 else { return }
        writeDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: limits.idleTimeout) {
            self.connection.cutOff()
        }
    }

    private func linger(_ context: ChannelHandlerContext) {
        state.linger()
        updateFlow()
        context.flush()
        context.close(mode: .output, promise: nil)
        context.read()
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) {
            context.close(promise: nil)
        }
    }
}
