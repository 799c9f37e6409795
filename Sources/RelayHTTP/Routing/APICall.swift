internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayControl
internal import RelayNet

/// A request on its way to a route's handler: let in, and its path taken apart.
struct APICall: Sendable {
    let request: Request
    let parameters: [String: String]
    /// Whose address the request came from, behind trusted proxies.
    let caller: IPAddress
    var maxBodyBytes: Int
    /// Whose key came with the request; `nil` without a valid one, which only calls that need none get to see.
    var principal: APIPrincipal?
    /// Whether the key would still be let in: for answers that last.
    var isStillAllowed: @Sendable () -> Bool = { true }
    /// What the relay's own URLs start with, without a trailing slash.
    var baseURL = ""
    /// Of a call on a lobby service: why its address gives it no rights, in words for the caller; `nil` where it does.
    var doubt: String?

    /// Whether the answer may hold the tokens of sessions.
    var showsSessionSecrets: Bool { principal?.seesSessionSecrets == true }

    /// The value of a parameter of the route's template.
    func parameter(_ name: String) -> String {
        guard let value = parameters[name] else { preconditionFailure("the route has no parameter '\(name)'") }
        return value
    }

    /// A whole number from the query; `nil` where it is not given.
    func queryNumber(_ name: String, in range: ClosedRange<Int>) throws(RelayError) -> Int? {
        let values = request.uri.queryParameters[values: Substring(name)]
        guard let value = values.first else { return nil }
        guard values.count == 1 else {
            throw RelayError(.invalid, "\(name) is given \(values.count) times; send it once")
        }
        guard let number = Int(value), range.contains(number) else {
            throw RelayError(
                .invalid,
                "\(name) is \(String(value).quotedForMessage); send a whole number, \(range.lowerBound) to "
                    + "\(range.upperBound)"
            )
        }
        return number
    }

    /// The values of a text that the query gives, once or several times.
    func queryTexts(_ name: String) -> [String] {
        request.uri.queryParameters[values: Substring(name)].map { String($0) }
    }

    /// The body as a JSON object.
    func jsonBody() async throws -> JSONField {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > maxBodyBytes { throw APIFailure.bodyTooLarge(limit: maxBodyBytes) }
        var bytes: [UInt8] = []
        for try await chunk in request.body {
            guard bytes.count + chunk.readableBytes <= maxBodyBytes else {
                throw APIFailure.bodyTooLarge(limit: maxBodyBytes)
            }
            bytes += chunk.readableBytesView
        }
        // A connection that breaks off looks like the end of the body to the framework.
        if let announced, announced != bytes.count {
            throw RelayError(.invalid, "the body broke off after \(bytes.count) of \(announced) bytes; send it again")
        }
        return try JSONField(body: bytes)
    }
}
