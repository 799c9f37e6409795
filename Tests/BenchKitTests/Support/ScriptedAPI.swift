import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on loopback that answers each request as a test says, and remembers what was asked.
final class ScriptedAPI: Sendable {
    struct Request: Sendable, Equatable {
        let method: HTTPMethod
        let path: String
        let authorization: String?
        let body: String
    }

    typealias Script = @Sendable (Request, _ number: Int) -> (status: Int, body: String)

    private let script: Script
    private let log = Mutex<[Request]>([])
    private let connectionCount = Atomic<Int>(0)
    private let channel = Mutex<(any Channel)?>(nil)

    private init(_ script: @escaping Script) {
        self.script = script
    }

    static func start(_ script: @escaping Script) async throws -> ScriptedAPI {
        let api = ScriptedAPI(script)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(api))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        api.channel.withLock { $0 = channel }
        return api
    }

    func stop() async {
        let channel = channel.withLock { $0 }
        try? await channel?.close()
    }

    var target: String { "http://127.0.0.1:\(channel.withLock { $0?.localAddress?.port ?? 0 })" }
    var requests: [Request] { log.withLock { $0 } }
    var connections: Int { connectionCount.load(ordering: .relaxed) }

    private func answer(_ request: Request) -> (status: Int, body: String) {
        let number = log.withLock {
            $0.append(request)
            return $0.count - 1
        }
        return script(request, number)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let api: ScriptedAPI
        private var head: HTTPRequestHead?
        private var body = ""

        init(_ api: ScriptedAPI) {
            self.api = api
        }

        func channelActive(context: ChannelHandlerContext) {
            api.connectionCount.add(1, ordering: .relaxed)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = ""
            case .body(let buffer):
                body += String(buffer: buffer)
            case .end:
                guard let head else { return }
                let answer = api.answer(
                    Request(
                        method: head.method,
                        path: head.uri,
                        authorization: head.headers["Authorization"].first,
                        body: body
                    )
                )
                let buffer = context.channel.allocator.buffer(string: answer.body)
                let headers = HTTPHeaders([("Content-Length", String(buffer.readableBytes))])
                let response = HTTPResponseHead(
                    version: .http1_1,
                    status: HTTPResponseStatus(statusCode: answer.status),
                    headers: headers
                )
                context.write(wrapOutboundOut(.head(response)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
