import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

@testable import RelayHTTP

@Suite("A connection's state")
struct ConnectionStateTests {
    private static let head = HTTPResponsePart.head(HTTPResponse(status: .ok))
    private static let body = HTTPResponsePart.body(ByteBuffer(string: "x"))
    private static let end = HTTPResponsePart.end(nil)

    /// Writes a whole answer and tells what became of its parts.
    private func answer(_ state: inout ConnectionState) -> [ConnectionState.WriteAction] {
        [Self.head, Self.body, Self.end].map { state.write($0) }
    }

    @Test("Requests that are read to the end are answered one after the other, pipelined or not")
    func inOrder() {
        var state = ConnectionState()
        state.readHead()
        state.readEnd()
        state.readHead()
        state.readEnd()
        #expect(answer(&state) == [.pass, .pass, .finish])
        #expect(!state.isIdle)
        #expect(answer(&state) == [.pass, .pass, .finish])
        #expect(state.isIdle)
        state.readHead()
        #expect(!state.isIdle)
        state.readEnd()
        #expect(answer(&state) == [.pass, .pass, .finish])
    }

    @Test("An answer before the body is complete ends the connection")
    func earlyAnswer() {
        var state = ConnectionState()
        state.readHead()
        #expect(answer(&state) == [.passAndAnnounceClose, .pass, .finishAndLinger])
        state.linger()
        #expect(state.isRefusing)
        #expect(answer(&state) == [.drop, .drop, .drop])
    }

    @Test("While the second request's body is read, the first one's answer ends nothing")
    func pipelinedBody() {
        var state = ConnectionState()
        state.readHead()
        state.readEnd()
        state.readHead()
        #expect(answer(&state) == [.pass, .pass, .finish])
        state.readEnd()
        #expect(answer(&state) == [.pass, .pass, .finish])
    }

    @Test("A refusal between requests is answered at once, and only once")
    func refuseBetween() {
        var state = ConnectionState()
        #expect(state.refuse(.slowHeaders) == (true, false))
        #expect(state.refuse(.malformed) == (false, false))
        #expect(answer(&state) == [.drop, .drop, .drop])
    }

    @Test("A refusal in a body takes the place of that request's answer")
    func refuseInBody() {
        var state = ConnectionState()
        state.readHead()
        #expect(state.refuse(.slowBody) == (true, true))
        #expect(answer(&state) == [.drop, .drop, .drop])
    }

    @Test("A refusal waits for the answers before it")
    func refuseAfterAnswers() {
        var state = ConnectionState()
        state.readHead()
        state.readEnd()
        state.readHead()
        state.readEnd()
        #expect(state.refuse(.malformed) == (false, false))
        #expect(answer(&state) == [.pass, .pass, .finish])
        #expect(answer(&state) == [.pass, .pass, .finishAndRefuse(.malformed)])
        #expect(state.write(Self.head) == .drop)
    }

    @Test("A refusal in the second request's body waits for the first one's answer")
    func refuseInSecondBody() {
        var state = ConnectionState()
        state.readHead()
        state.readEnd()
        state.readHead()
        #expect(state.refuse(.malformed) == (false, true))
        #expect(answer(&state) == [.pass, .pass, .finishAndRefuse(.malformed)])
        #expect(answer(&state) == [.drop, .drop, .drop])
    }

    @Test("A refusal in a body whose answer has begun lets that answer end, and nothing follows")
    func refuseWhileAnswering() {
        var state = ConnectionState()
        state.readHead()
        #expect(state.write(Self.head) == .passAndAnnounceClose)
        #expect(state.refuse(.malformed) == (false, true))
        #expect(state.write(Self.body) == .pass)
        #expect(state.write(Self.end) == .finishAndLinger)
    }
}
