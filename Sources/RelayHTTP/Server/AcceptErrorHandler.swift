internal import Logging
internal import NIOCore
internal import RelaySystem

/// Keeps a listener alive when accept(2) fails, most of all for want of descriptors (EMFILE).
///
/// Without it the error would end the listener. Nothing is accepted for a moment, since the failure would only repeat,
/// and the waiting connection would keep the event loop busy.
final class AcceptErrorHandler: ChannelInboundHandler {
    typealias InboundIn = Channel

    private static let pause = TimeAmount.milliseconds(200)
    /// How often a failure that goes on is logged.
    private static let logInterval = TimeAmount.seconds(10)

    private let logger: Logger
    private var isPaused = false
    private var nextLog = NIODeadline.distantPast

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isPaused else { return }
        isPaused = true
        if context.eventLoop.now >= nextLog {
            nextLog = context.eventLoop.now + Self.logInterval
            let reason = (error as? IOError).map { SystemWords.reason($0.errnoCode) } ?? "the listener reports an error"
            logger.warning("cannot accept connections, trying again: \(reason)")
        }
        setReading(context, false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            self.setReading(context, true)
        }
    }

    /// Only this takes the socket out of the event loop's set; merely not asking for the next read would not.
    private func setReading(_ context: ChannelHandlerContext, _ isOn: Bool) {
        do {
            try context.channel.syncOptions?.setOption(.autoRead, value: isOn)
        } catch {
            logger.debug("the listener is closing")
        }
    }
}
