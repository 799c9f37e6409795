import HTTPTypes
import Hummingbird
import NIOCore

@testable import RelayHTTP

extension APIFixture {
    /// Sends one request past the network as from the connection of a peer; `nil` is that of a Unix socket.
    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        from peer: String?,
        host: String? = "localhost",
        key: String? = nil,
        body: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let key { headers[.authorization] = key }
        if let body { headers[.contentLength] = "\(body.utf8.count)" }
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body ?? ""))
        )
        let context = APIContext(peer: try peer.map { try SocketAddress(ipAddress: $0, port: 4711) })
        let response = await server.api.responder.respond(to: request, context: context)
        let collector = Collector()
        try await response.body.write(collector)
        return Answer(status: response.status.code, headers: response.headers, text: collector.text)
    }
}

/// Keeps what is written as an answer's body. One task writes, and the test reads after it.
private final class Collector: ResponseBodyWriter {
    private var buffer = ByteBuffer()

    var text: String { String(buffer: buffer) }

    func write(_ more: ByteBuffer) async throws {
        var more = more
        buffer.writeBuffer(&more)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
