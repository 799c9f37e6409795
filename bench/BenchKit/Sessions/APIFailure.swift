internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix

/// What the API's refusals mean to the person who runs the load generator, and what to do about them.
enum APIFailure {
    /// The API did not answer at all.
    static func unreachable(target: String, error: any Error) -> BenchError {
        let advice = "Is causewayd running there, and is --target its api.listen address?"
        switch error {
        case let error as HTTPClientError
        where error == .connectTimeout || error == .deadlineExceeded
            || error == .readTimeout:
            return BenchError("The API at \(target) did not answer in time. \(advice)")
        case let error as HTTPClientError
        where error == .invalidURL || error == .emptyHost || error == .emptyScheme:
            return BenchError("--target \(target) is no address; it looks like http://127.0.0.1:8080.")
        case let error as HTTPClientError where error.shortDescription == "Unsupported scheme":
            return BenchError("--target \(target) does not begin with http:// or https://.")
        case let error as HTTPClientError:
            return BenchError("Cannot talk to the API at \(target): \(error.shortDescription). \(advice)")
        default:
            return BenchError("Cannot reach the API at \(target): \(text(error)). \(advice)")
        }
    }

    /// The API answered with a status that is no success.
    static func refused(target: String, status: Int, message: String?) -> BenchError {
        let advice =
            switch status {
            case 401: "The key is missing or wrong: pass it with --key-file or CAUSEWAY_KEY."
            case 403: "The key may not make sessions: it needs the scope `sessions`."
            case 404: "Nothing of the relay's API is there: is --target right?"
            case 400: "Lower --clients (--users), or raise sessions.max_users at the relay."
            case 413: "Lower --clients (--users), or raise limits.api_body at the relay."
            case 429: "The API limits requests: ask for fewer sessions, or raise limits.* at the relay."
            case 503:
                "The relay has no room, or is starting or draining: see its message; sessions.max is its capacity."
            default: "See the relay's log."
            }
        let said = message.map { ", \"\($0)\"" } ?? ""
        return BenchError("The API at \(target) answered \(status)\(said). \(advice)")
    }

    private static func text(_ error: any Error) -> String {
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        if let error = error as? NIOConnectionError, let first = error.connectionErrors.first {
            return text(first.error)
        }
        if let error = error as? ChannelError, case .connectTimeout = error { return "no answer in time" }
        return String(describing: error)
    }
}
