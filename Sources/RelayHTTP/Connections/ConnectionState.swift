/// What a connection is in the middle of: a request that is read, its answer that is written. The next request is read
/// only when the answer is out.
struct ConnectionState {
    /// What an answer's head says about the connection.
    enum Announcement: Equatable {
        case nothing
        case close
        /// HTTP/1.0 alone needs it to be said.
        case keepAlive
    }

    /// What to do with a part of an answer.
    enum WriteAction: Equatable {
        case pass
        /// It is a head.
        case passHead(Announcement)
        /// It ends an answer.
        case finish
        /// It ends the last answer of the connection.
        case finishAndLinger
        /// The connection's last answer is out already.
        case drop
    }

    /// A head, as far as the connection's fate depends on it.
    struct AnswerHead: Equatable {
        /// Whether it says how long the body is, or that there is none.
        var isFramed = true
        /// Whether the answer goes on for as long as somebody reads it.
        var isStream = false
    }

    private enum Input {
        /// Between requests, or in the headers of one.
        case head
        case body
        /// Nothing that still comes is looked at.
        case refused
    }

    private var input = Input.head
    /// The request that is read or waits for its answer.
    private(set) var request: RequestTraits?
    /// Whether the answer's head is out and its end is not.
    private var isAnswering = false
    private var endsWithThisAnswer = false
    private var isOutputDone = false
    /// Whether an answer is being written that goes on for as long as somebody reads it.
    private(set) var isStreaming = false
    /// Whether the last answer is out and the connection waits for its client to close.
    private(set) var isLingering = false

    /// Whether the request that was read is answered, and the next one may come.
    var isIdle: Bool { request == nil && input == .head }

    var isRefusing: Bool { input == .refused || isLingering }

    /// - Returns: whether the client is to be asked for the body now.
    mutating func readHead(_ traits: RequestTraits) -> Bool {
        input = .body
        request = traits
        return traits.expectsContinue
    }

    mutating func readEnd() { input = request?.endsConnection == true ? .refused : .head }

    mutating func linger() {
        isLingering = true
        isStreaming = false
        isOutputDone = true
    }

    /// Stops reading.
    /// - Returns: whether the refusal is to be written now, and whether a request's body breaks off by it. The refusal
    ///   takes the place of the answer to a request whose body breaks off; where that has begun, it ends instead.
    mutating func refuse() -> (answersNow: Bool, breaksBody: Bool) {
        guard !isRefusing else { return (false, false) }
        let breaksBody = input == .body
        input = .refused
        if isAnswering || (request != nil && !breaksBody) {
            endsWithThisAnswer = true
            return (false, breaksBody)
        }
        isOutputDone = true
        return (true, breaksBody)
    }

    mutating func writeHead(_ head: AnswerHead) -> WriteAction {
        if isOutputDone { return .drop }
        isAnswering = true
        isStreaming = head.isStream
        let isHTTP10 = request?.isHTTP10 == true
        // An answer before the body is complete: the rest of it is not waited for.
        let isEarly = input == .body
        if isEarly || head.isStream || request?.endsConnection == true || (isHTTP10 && !head.isFramed) {
            endsWithThisAnswer = true
            // What comes behind an answer without an end is never served.
            if head.isStream { input = .refused }
            return .passHead(.close)
        }
        return .passHead(isHTTP10 ? .keepAlive : .nothing)
    }

    mutating func writeBody() -> WriteAction { isOutputDone ? .drop : .pass }

    mutating func writeEnd() -> WriteAction {
        if isOutputDone { return .drop }
        isAnswering = false
        isStreaming = false
        request = nil
        return endsWithThisAnswer ? .finishAndLinger : .finish
    }
}
