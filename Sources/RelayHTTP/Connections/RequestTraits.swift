internal import NIOHTTP1

/// What a request's head says about the connection, its body and its answer (RFC 9112).
struct RequestTraits: Equatable {
    /// Whether it is HTTP/1.0: the answer is too, and neither chunks nor 1xx are known.
    var isHTTP10 = false
    /// Whether the connection ends with the answer.
    var endsConnection = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    var expectsContinue = false
    /// Whether it has an `Upgrade` header.
    var asksForUpgrade = false
    var body = RequestFlow.Body.length(0)

    init() {}

    /// - Throws: why the request is not served.
    init(_ head: HTTPRequestHead) throws(ConnectionRefusal) {
        isHTTP10 = head.version.minor == 0
        let hosts = head.headers["host"].count
        guard hosts == 1 || (isHTTP10 && hosts == 0) else { throw .host }
        guard head.method != .CONNECT else { throw .tunnel }
        let codings = Self.tokens(head.headers["transfer-encoding"])
        if !codings.isEmpty {
            // Who speaks HTTP/1.0 cannot know of it, so something in between is out of step (RFC 9112, 6.1).
            guard !isHTTP10 else { throw .malformed }
            guard codings == ["chunked"] else { throw .transferCoding }
            body = .chunked
        } else if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) {
            body = .length(length)
        }
        let options = Self.tokens(head.headers["connection"])
        endsConnection = options.contains("close") || (isHTTP10 && !options.contains("keep-alive"))
        expectsContinue = !isHTTP10 && Self.tokens(head.headers["expect"]).contains("100-continue")
        asksForUpgrade = head.headers.contains(name: "upgrade")
    }

    /// The members of a list that may stand in several headers (RFC 9110, 5.6.1), in lower case.
    private static func tokens(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",") }.compactMap { part in
            let trimmed = part.drop(while: \.isWhitespace)
            let end = trimmed.lastIndex { !$0.isWhitespace }
            return end.map { trimmed[...$0].lowercased() }
        }
    }
}
