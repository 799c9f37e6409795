import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import RelayHTTP

@Suite("A listener that cannot accept")
struct AcceptErrorHandlerTests {
    /// Whether the channel was last told to read or to stop; `nil` where it was told nothing.
    private static func isReading(_ channel: EmbeddedChannel) -> Bool? {
        channel.options.lazy.compactMap { $0.value as? Bool }.first
    }

    @Test("An error does not end it: it stops reading, and goes on after a pause")
    func pause() throws {
        let log = LogRecorder()
        let channel = EmbeddedChannel(handler: AcceptErrorHandler(logger: Logger(label: "test") { _ in log }))
        for _ in 0..<2 { channel.pipeline.fireErrorCaught(IOError(errnoCode: 24, reason: "accept")) }
        try channel.throwIfErrorCaught()
        #expect(Self.isReading(channel) == false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(Self.isReading(channel) == true)
        #expect(log.lines.count == 1)
        _ = try channel.finish()
    }

    @Test("A failure that goes on is logged now and then only")
    func logging() throws {
        let log = LogRecorder()
        let channel = EmbeddedChannel(handler: AcceptErrorHandler(logger: Logger(label: "test") { _ in log }))
        for _ in 0..<30 {
            channel.pipeline.fireErrorCaught(IOError(errnoCode: 24, reason: "accept"))
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(Self.isReading(channel) == true)
        #expect((2...4).contains(log.lines.count))
        _ = try channel.finish()
    }
}
