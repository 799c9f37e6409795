internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayControl

/// An answer that is not the one the caller hoped for: status, headers and the message of the body.
struct APIFailure: Error, Equatable {
    var status: HTTPResponse.Status
    var message: String
    var headers: HTTPFields = [:]

    /// The answer for whatever a call threw. What is not meant for the caller becomes a plain 500.
    init(_ error: any Error) {
        switch error {
        case let failure as APIFailure: self = failure
        case let error as RelayError: self.init(status: error.code.status, message: error.message)
        default:
            self.init(
                status: .internalServerError,
                message: "the relay could not finish this call; its log says why, and trying again may help"
            )
        }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
    }

    init(status: HTTPResponse.Status, message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    static func bodyTooLarge(limit: Int) -> APIFailure {
        APIFailure(status: .contentTooLarge, message: "the body is larger than \(limit) bytes; send less at once")
    }

    static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> APIFailure {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        return APIFailure(
            status: .methodNotAllowed,
            message: "\(method.rawValue) is not possible here; use \(list)",
            headers: [.allow: list]
        )
    }

    var response: Response { .json(.members(["message": .string(message)]), status: status, headers: headers) }
}

extension RelayError.Code {
    /// The status that a caller of the API sees for an error of the domain.
    var status: HTTPResponse.Status {
        switch self {
        case .invalid: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .mismatch: .unprocessableContent
        case .tooMany: .tooManyRequests
        case .unavailable: .serviceUnavailable
        }
    }
}

extension Response {
    /// An answer of JSON.
    static func json(
        _ value: JSONValue,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes))
        )
    }
}
