internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// Why a connection is not served any further; the answer goes out in the place of the one it would have had.
enum ConnectionRefusal: Error, Sendable, Equatable, CaseIterable {
    case malformed, headersTooLarge, slowHeaders, slowBody, host, tunnel, transferCoding, full

    var status: HTTPResponse.Status {
        switch self {
        case .malformed, .host: .badRequest
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .slowHeaders, .slowBody: .requestTimeout
        case .tunnel: .methodNotAllowed
        case .transferCoding: .notImplemented
        case .full: .serviceUnavailable
        }
    }

    var message: String {
        switch self {
        case .malformed: "the request is not valid HTTP/1.1"
        case .headersTooLarge: "the request's headers are too many or too large"
        case .slowHeaders: "the request's headers did not arrive in time"
        case .slowBody: "the request's body did not arrive in time"
        case .host: "the request needs exactly one Host header"
        case .tunnel: "CONNECT is not possible here: this is no proxy"
        case .transferCoding:
            "the request's Transfer-Encoding is not known here; send the body chunked or with Content-Length"
        case .full: "all connections are in use and the rest is kept for API keys; try again in a moment"
        }
    }

    /// Headers of the answer beside those that every refusal has.
    var headers: HTTPFields {
        switch self {
        case .tunnel: [.allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]
        case .full: [.retryAfter: "1"]
        default: [:]
        }
    }

    /// The answer's head; the connection ends with it.
    var head: HTTPResponse {
        var head = APIFailure(status: status, message: message, headers: headers).response.head
        head.headerFields[.connection] = "close"
        head.headerFields[.xRequestID] = RequestTag.new()
        head.headerFields[.date] = HTTPDate.now
        return head
    }

    /// The body of the answer.
    var body: ByteBuffer { ByteBuffer(bytes: JSONValue.members(["message": .string(message)]).bytes) }
}
