internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Why a connection is not served any further; the answer goes out in the place of the one it would have had.
enum ConnectionRefusal: Sendable, Equatable {
    case malformed, headersTooLarge, slowHeaders, slowBody

    var status: HTTPResponse.Status {
        switch self {
        case .malformed: .badRequest
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .slowHeaders, .slowBody: .requestTimeout
        }
    }

    var message: String {
        switch self {
        case .malformed: "the request is not valid HTTP/1.1"
        case .headersTooLarge: "the request's headers are too many or too large"
        case .slowHeaders: "the request's headers did not arrive in time"
        case .slowBody: "the request's body did not arrive in time"
        }
    }

    /// The body of the answer.
    var body: ByteBuffer { ByteBuffer(bytes: JSONValue.members(["message": .string(message)]).bytes) }
}

/// What a connection is in the middle of: requests that are read, answers that are written, in HTTP/1.1's order.
struct ConnectionState {
    /// What to do with a part of an answer.
    enum WriteAction: Equatable {
        case pass
        /// It is a head; the client must be told that the connection ends with this answer.
        case passAndAnnounceClose
        /// It ends an answer.
        case finish
        /// It ends the last answer of the connection.
        case finishAndLinger
        /// It ends an answer; the refusal's turn has come.
        case finishAndRefuse(ConnectionRefusal)
        /// The connection's last answer is out already.
        case drop
    }

    private enum Input {
        /// Between requests, or in the headers of one.
        case head
        case body
        /// Nothing that still comes is looked at.
        case refused
    }

    private var input = Input.head
    /// Requests whose headers were read and whose answers are not finished.
    private var openRequests = 0
    /// Whether an answer's head is out and its end is not.
    private var isAnswering = false
    private var endsWithThisAnswer = false
    /// A refusal that waits for the answers before it, and how many requests are open when it is its turn.
    private var waitingRefusal: (refusal: ConnectionRefusal, turn: Int)?
    private var isOutputDone = false
    /// Whether the last answer is out and the connection waits for its client to close.
    private(set) var isLingering = false

    /// Whether every request that was read is answered, and the next one may come.
    var isIdle: Bool { openRequests == 0 && input == .head }

    var isRefusing: Bool { input == .refused || isLingering }

    mutating func readHead() {
        input = .body
        openRequests += 1
    }

    mutating func readEnd() { input = .head }

    mutating func linger() {
        isLingering = true
        isOutputDone = true
    }

    /// Stops reading.
    /// - Returns: whether the refusal is to be written now, and whether a request's body breaks off by it.
    mutating func refuse(_ refusal: ConnectionRefusal) -> (answersNow: Bool, breaksBody: Bool) {
        guard !isRefusing else { return (false, false) }
        let breaksBody = input == .body
        input = .refused
        // The refusal takes the place of the answer to a request whose body breaks off.
        let turn = breaksBody ? 1 : 0
        if breaksBody, openRequests == 1, isAnswering {
            endsWithThisAnswer = true
            return (false, true)
        }
        if openRequests == turn {
            isOutputDone = true
            return (true, breaksBody)
        }
        waitingRefusal = (refusal, turn)
        return (false, breaksBody)
    }

    mutating func write(_ part: HTTPResponsePart) -> WriteAction {
        if isOutputDone { return .drop }
        switch part {
        case .head:
            isAnswering = true
            // An answer before the body is complete: the rest of it is not waited for.
            guard input == .body, openRequests == 1 else { return .pass }
            endsWithThisAnswer = true
            return .passAndAnnounceClose
        case .body: return .pass
        case .end:
            isAnswering = false
            openRequests -= 1
            if endsWithThisAnswer { return .finishAndLinger }
            if let waitingRefusal, openRequests <= waitingRefusal.turn {
                isOutputDone = true
                return .finishAndRefuse(waitingRefusal.refusal)
            }
            return .finish
        }
    }
}
