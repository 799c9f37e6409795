/// What the reader of a connection's bytes and the guard behind it know of each other. Both run on the connection's event
/// loop, and nobody else has it.
final class RequestFlow {
    /// How the body that is being read ends.
    enum Body: Equatable {
        /// After so many bytes more.
        case length(Int)
        case chunked
    }

    /// `nil` between requests, and in the headers of one.
    var body: Body?
    /// Whether a request waits for its answer: the next one is not looked at before.
    var isAnswerDue = false
    /// Whether whatever still comes is thrown away.
    var isDiscarding = false
    /// Whether the request that was read last asked for another protocol, after which the parser parses no more.
    var endedUpgrade = false
    /// Reads on where the last request is answered.
    var resume: () -> Void = {}
}
