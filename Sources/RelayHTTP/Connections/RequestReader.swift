internal import NIOCore
internal import NIOHTTP1

/// Makes requests of a connection's bytes, one request at a time.
///
/// It feeds the parser of NIO with pieces that never reach past the end of a request:
///
/// * Requests that were sent ahead wait as bytes, and not as parsed requests with many times their size.
/// * A parser that met `Upgrade` parses nothing any more, since what follows may be another protocol. Nobody here speaks
///   one, so the request is answered like any other, and a fresh parser goes on behind it (RFC 9110, 7.8).
/// * `100 Continue` cannot get into an earlier request's answer.
final class RequestReader: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Bytes that may wait before no more are read.
    private static let mostWaiting = 32 << 10
    /// Pieces for one demand: a body of tiny chunks is many parts, and who handles them asks for more when it has.
    private static let piecesAtOnce = 64

    private let flow: RequestFlow
    private let limits: NIOHTTPDecoderLimitConfiguration
    private var decoder: HTTPRequestDecoder
    private var buffer = ByteBuffer()
    /// How many of the buffer's bytes the parser has seen: the start of a name or value that is not complete.
    private var seen = 0
    private var isFeeding = false
    private var isFeedScheduled = false
    /// Whether a read waits until there is room again.
    private var isReadHeld = false
    /// The event that says so, until it is passed on behind everything before it.
    private var endOfInput: Any?
    private var isFinished = false

    init(flow: RequestFlow, limits: NIOHTTPDecoderLimitConfiguration) {
        self.flow = flow
        self.limits = limits
        decoder = HTTPRequestDecoder(limitConfiguration: limits)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        decoder.decoderAdded(context: context)
        flow.resume = { [weak self] in self?.feedSoon(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        flow.resume = {}
        flow.isDiscarding = true
        decoder.decoderRemoved(context: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !flow.isDiscarding else { return }
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        feed(context)
    }

    func read(context: ChannelHandlerContext) {
        if isStarved || flow.isDiscarding || endOfInput != nil {
            context.read()
        } else if canFeed {
            // Whoever asks is done with the parts that it has.
            isReadHeld = true
            feedSoon(context)
        } else if buffer.readableBytes < Self.mostWaiting {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        endOfInput = event
        feed(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context)
        context.fireChannelInactive()
    }

    /// Whether the parser has seen all that there is.
    private var isStarved: Bool { buffer.readableBytes == seen }

    private var canFeed: Bool { !isStarved && !flow.isDiscarding && (flow.body != nil || !flow.isAnswerDue) }

    private func feedSoon(_ context: ChannelHandlerContext) {
        guard !isFeedScheduled else { return }
        isFeedScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFeedScheduled = false
            self.feed(context)
            context.fireChannelReadComplete()
        }
    }

    private func feed(_ context: ChannelHandlerContext) {
        guard !isFeeding else { return }
        isFeeding = true
        var pieces = 0
        while canFeed, pieces < Self.piecesAtOnce {
            pieces += 1
            feedPiece(context)
        }
        isFeeding = false
        if flow.isDiscarding || buffer.readableBytes == 0 {
            buffer.clear()
            seen = 0
        } else {
            buffer.discardReadBytes()
        }
        if endOfInput != nil, isStarved || flow.isDiscarding { passEndOfInput(context) }
        if isReadHeld, !canFeed, buffer.readableBytes < Self.mostWaiting {
            isReadHeld = false
            context.read()
        }
    }

    private func feedPiece(_ context: ChannelHandlerContext) {
        seen += nextPiece
        guard var piece = buffer.getSlice(at: buffer.readerIndex, length: seen) else { return }
        do {
            _ = try decoder.decode(context: context, buffer: &piece)
        } catch {
            flow.isDiscarding = true
            context.fireErrorCaught(error)
            return
        }
        let consumed = seen - piece.readableBytes
        buffer.moveReaderIndex(forwardBy: consumed)
        seen -= consumed
        if flow.endedUpgrade {
            flow.endedUpgrade = false
            seen = 0
            decoder.decoderRemoved(context: context)
            decoder = HTTPRequestDecoder(limitConfiguration: limits)
            decoder.decoderAdded(context: context)
        }
    }

    /// How many bytes the parser may see next without reaching past the end of the request.
    private var nextPiece: Int {
        let unseen = buffer.readableBytes - seen
        switch flow.body {
        case .length(let left): return min(unseen, max(1, left))
        // The last of the body ends with a line, and so does every chunk's size.
        case .chunked: return length(of: unseen) { $0.firstIndex(of: UInt8(ascii: "\n")) }
        case nil: return length(of: unseen, before: min(seen, 2)) { Self.endOfHead($0) }
        }
    }

    private func length(
        of unseen: Int,
        before: Int = 0,
        _ last: (ByteBufferView) -> ByteBufferView.Index?
    ) -> Int {
        let start = buffer.readerIndex + seen - before
        guard let view = buffer.viewBytes(at: start, length: unseen + before), let end = last(view) else {
            return unseen
        }
        return max(1, end - view.startIndex + 1 - before)
    }

    /// The last byte of the empty line that ends the headers.
    private static func endOfHead(_ bytes: ByteBufferView) -> ByteBufferView.Index? {
        var newline: ByteBufferView.Index?
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            if let newline, index == newline + 1 || (index == newline + 2 && bytes[newline + 1] == UInt8(ascii: "\r")) {
                return index
            }
            newline = index
        }
        return nil
    }

    private func passEndOfInput(_ context: ChannelHandlerContext) {
        guard let event = endOfInput else { return }
        endOfInput = nil
        finish(context)
        context.fireUserInboundEventTriggered(event)
    }

    /// Lets the parser judge where the input ended.
    private func finish(_ context: ChannelHandlerContext) {
        guard !flow.isDiscarding, !isFinished else { return }
        isFinished = true
        var nothing = ByteBuffer()
        do {
            _ = try decoder.decodeLast(context: context, buffer: &nothing, seenEOF: true)
        } catch {
            flow.isDiscarding = true
            context.fireErrorCaught(error)
        }
    }
}
