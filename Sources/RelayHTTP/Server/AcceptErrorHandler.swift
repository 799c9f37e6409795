internal import Logging
internal import NIOCore

/// Keeps a listener alive when accept(2) fails, most of all for want of descriptors (EMFILE).
///
/// Without it the error would end the listener. Nothing is accepted for a moment, since the failure would only repeat.
final class AcceptErrorHandler: ChannelDuplexHandler {
    typealias InboundIn = Channel
    typealias OutboundIn = Never

    private static let pause = TimeAmount.milliseconds(200)

    private let logger: Logger
    private var isPaused = false
    private var isReadPending = false

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isPaused else { return }
        isPaused = true
        logger.warning("cannot accept a connection, trying again: \(error)")
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            guard self.isReadPending else { return }
            self.isReadPending = false
            context.read()
        }
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { isReadPending = true } else { context.read() }
    }
}
