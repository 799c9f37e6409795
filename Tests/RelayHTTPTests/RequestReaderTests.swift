import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import RelayHTTP

@Suite("The reader of requests")
struct RequestReaderTests {
    /// Keeps the flow as the guard does, and answers nothing by itself.
    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        let flow: RequestFlow
        var parts: [String] = []
        private var asksForUpgrade = false

        init(_ flow: RequestFlow) { self.flow = flow }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                let traits = try? RequestTraits(head)
                flow.body = traits?.body ?? .length(0)
                asksForUpgrade = traits?.asksForUpgrade == true
                flow.isAnswerDue = true
                parts.append(head.uri)
            case .body(let bytes):
                if case .length(let left) = flow.body { flow.body = .length(left - bytes.readableBytes) }
                parts.append(String(buffer: bytes))
            case .end:
                flow.body = nil
                flow.endedUpgrade = asksForUpgrade
                parts.append("end")
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { parts.append("error") }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { parts.append("closed") }
        }

        /// What came since the last time; bodies put together.
        func take() -> [String] {
            defer { parts = [] }
            return parts
        }
    }

    private struct Fixture {
        let channel = EmbeddedChannel()
        let flow = RequestFlow()
        let recorder: Recorder

        init() throws {
            recorder = Recorder(flow)
            try channel.pipeline.syncOperations.addHandlers([RequestReader(flow: flow, limits: .init()), recorder])
        }

        func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

        /// The answer is out, as the guard says it.
        func answer() {
            flow.isAnswerDue = false
            flow.resume()
            channel.embeddedEventLoop.run()
        }
    }

    private static func get(_ path: String, _ more: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\n\(more)\r\n"
    }

    @Test("Requests that were sent ahead wait until the one before is answered")
    func oneAtATime() throws {
        let fixture = try Fixture()
        try fixture.send(Self.get("/1") + Self.get("/2") + Self.get("/3"))
        for number in 1...3 {
            #expect(fixture.recorder.take() == ["/\(number)", "end"])
            fixture.answer()
        }
        #expect(fixture.recorder.take() == [])
        #expect(try fixture.channel.finish(acceptAlreadyClosed: true).isClean)
    }

    @Test("Requests come out the same however they are cut", arguments: [1, 2, 3, 7, 20, 1_000])
    func pieces(size: Int) throws {
        let post = "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na\n\r\nb"
        let chunked = "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\n0\r\n\r\n"
        let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
        let text =
            "\r\n" + Self.get("/1") + post + chunked + Self.get("/4", upgrade)
            + "POST /5 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\(upgrade)\r\nhi"
            + "POST /6 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\(upgrade)\r\n2\r\nho\r\n0\r\n\r\n"
            + Self.get("/7")
        let fixture = try Fixture()
        let bytes = Array(text.utf8)
        var heard: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            try fixture.channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            for _ in 0..<8 {
                heard += fixture.recorder.take()
                if heard.last == "end" { fixture.answer() }
            }
        }
        var joined = ""
        for part in heard { joined += part == "end" ? "|" : part }
        #expect(joined == "/1|/2a\n\r\nb|/3a\nb|/4|/5hi|/6ho|/7|")
        #expect(try fixture.channel.finish(acceptAlreadyClosed: true).isClean)
    }

    @Test("A body of a thousand tiny chunks is not parsed faster than somebody takes it")
    func tinyChunks() throws {
        let fixture = try Fixture()
        try fixture.channel.setOption(.autoRead, value: false).wait()
        let chunks = String(repeating: "1\r\nx\r\n", count: 1_000)
        try fixture.send("POST /1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n")
        #expect(fixture.recorder.parts.count < 100)
        for _ in 0..<100 {
            fixture.channel.read()
            fixture.channel.embeddedEventLoop.run()
        }
        #expect(fixture.recorder.parts.count == 1_002)
    }

    @Test("The end of the input is passed on behind the requests before it")
    func endOfInput() throws {
        let fixture = try Fixture()
        try fixture.send(Self.get("/1") + Self.get("/2"))
        fixture.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(fixture.recorder.take() == ["/1", "end"])
        fixture.answer()
        #expect(fixture.recorder.take() == ["/2", "end", "closed"])
    }

    @Test("An input that ends within a request is an error before it is an end")
    func brokenOff() throws {
        let fixture = try Fixture()
        try fixture.send("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        fixture.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(fixture.recorder.take() == ["/1", "ab", "error", "closed"])
    }

    @Test("Once there is nothing to wait for, bytes are thrown away")
    func discarding() throws {
        let fixture = try Fixture()
        fixture.flow.isDiscarding = true
        try fixture.send(Self.get("/1"))
        #expect(fixture.recorder.take() == [])
    }
}
