internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import RelayAdmin

/// The daemon at the other end of the control socket.
struct DaemonClient {
    enum Method: String {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    let path: String
    private let http: HTTPClient

    init(path: String) {
        self.path = path
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func close() async throws { try await http.shutdown() }

    /// Says in words why the daemon cannot be reached.
    func probe() throws(ControlError) {
        switch SocketProbe.look(at: path) {
        case .listening: return
        case .nobody:
            throw ControlError(
                "nobody listens on \(path). Is causewayd running? Where its configuration says another path "
                    + "(control.socket), name that with --socket or CAUSEWAY_CONTROL"
            )
        case .forbidden:
            throw ControlError(
                "permission denied for \(path): its mode says who may use it. Run this as root, as the daemon's user, or as "
                    + "a member of the daemon's group"
            )
        case .other(let reason): throw ControlError("cannot connect to \(path): \(reason)")
        }
    }

    func get<Body: Decodable>(_ type: Body.Type, _ resource: String) async throws -> Body {
        try await call(type, .get, resource)
    }

    /// - Parameter body: members of a JSON object of numbers and texts.
    func call<Body: Decodable>(
        _ type: Body.Type,
        _ method: Method,
        _ resource: String,
        body: (any Encodable)? = nil
    ) async throws -> Body {
        let bytes = try await exchange(method, resource, body: body)
        do {
            return try AdminJSON.decode(type, from: bytes)
        } catch {
            throw ControlError(
                "causewayd gave an answer that this causewayctl (\(Version.number)) does not understand; are both of the "
                    + "same version?"
            )
        }
    }

    private func exchange(_ method: Method, _ resource: String, body: (any Encodable)?) async throws -> Data {
        guard let url = URL(httpURLWithSocketPath: path, uri: resource) else {
            throw ControlError("\(path) cannot be a socket's path")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = HTTPMethod(rawValue: method.rawValue)
        // A socket's path is no host, so the client sends none; HTTP/1.1 wants one (RFC 9112, 3.2).
        request.headers.add(name: "Host", value: "localhost")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try AdminJSON.encode(body)))
        }
        let response: HTTPClientResponse
        var bytes: ByteBuffer
        do {
            response = try await http.execute(request, timeout: .seconds(30))
            bytes = try await response.body.collect(upTo: 16 << 20)
        } catch {
            throw ControlError(
                "causewayd closed the connection on \(path) or did not answer within 30 s. It may be stopping, or hang: see its "
                    + "log, and try again"
            )
        }
        let data = Data(bytes.readBytes(length: bytes.readableBytes) ?? [])
        guard response.status == .ok else {
            let message = try? AdminJSON.decode(MessageBody.self, from: data).message
            throw ControlError(
                message ?? "causewayd answered with status \(response.status.code)",
                isNotFound: response.status == .notFound
            )
        }
        return data
    }
}

extension String {
    /// As one segment of a URL's path (RFC 3986 unreserved characters stay).
    var asPathSegment: String {
        utf8.map { byte in
            let isPlain =
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-._~".utf8.contains(byte)
            guard !isPlain else { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
