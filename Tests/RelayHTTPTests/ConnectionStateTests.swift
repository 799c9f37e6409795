import Testing

@testable import RelayHTTP

@Suite("A connection's state")
struct ConnectionStateTests {
    private static var http10: RequestTraits {
        var traits = RequestTraits()
        traits.isHTTP10 = true
        return traits
    }

    private static var closing: RequestTraits {
        var traits = RequestTraits()
        traits.endsConnection = true
        return traits
    }

    /// Writes a whole answer and tells what became of its parts.
    private func answer(
        _ state: inout ConnectionState,
        _ head: ConnectionState.AnswerHead = .init()
    ) -> [ConnectionState.WriteAction] {
        [state.writeHead(head), state.writeBody(), state.writeEnd()]
    }

    @Test("Requests that are read to the end are answered one after the other")
    func inOrder() {
        var state = ConnectionState()
        for _ in 0..<2 {
            #expect(state.isIdle)
            #expect(state.readHead(RequestTraits()) == false)
            state.readEnd()
            #expect(!state.isIdle)
            #expect(answer(&state) == [.passHead(.nothing), .pass, .finish])
        }
        #expect(state.isIdle)
    }

    @Test("An answer before the body is complete ends the connection")
    func earlyAnswer() {
        var state = ConnectionState()
        _ = state.readHead(RequestTraits())
        #expect(answer(&state) == [.passHead(.close), .pass, .finishAndLinger])
        state.linger()
        #expect(state.isRefusing)
        #expect(answer(&state) == [.drop, .drop, .drop])
    }

    @Test("A request that ends the connection is the last one that is looked at, and its answer says so")
    func closingRequest() {
        var state = ConnectionState()
        _ = state.readHead(Self.closing)
        #expect(!state.isRefusing)
        state.readEnd()
        #expect(state.isRefusing)
        #expect(answer(&state) == [.passHead(.close), .pass, .finishAndLinger])
    }

    @Test("HTTP/1.0 is told that the connection stays, and it does not where the answer's end is the connection's")
    func http10() {
        var state = ConnectionState()
        _ = state.readHead(Self.http10)
        state.readEnd()
        #expect(answer(&state) == [.passHead(.keepAlive), .pass, .finish])
        _ = state.readHead(Self.http10)
        state.readEnd()
        #expect(answer(&state, .init(isFramed: false)) == [.passHead(.close), .pass, .finishAndLinger])
    }

    @Test("Nothing behind a stream is looked at, and the connection ends with it")
    func stream() {
        var state = ConnectionState()
        _ = state.readHead(RequestTraits())
        state.readEnd()
        #expect(state.writeHead(.init(isFramed: false, isStream: true)) == .passHead(.close))
        #expect(state.isStreaming && state.isRefusing)
        #expect(state.writeEnd() == .finishAndLinger)
        #expect(!state.isStreaming)
    }

    @Test("A client that waits to be asked for its body is asked")
    func expectation() {
        var state = ConnectionState()
        var traits = RequestTraits()
        traits.expectsContinue = true
        #expect(state.readHead(traits) == true)
    }

    @Test("A refusal between requests is answered at once, and only once")
    func refuseBetween() {
        var state = ConnectionState()
        #expect(state.refuse() == (true, false))
        #expect(state.refuse() == (false, false))
        #expect(answer(&state) == [.drop, .drop, .drop])
    }

    @Test("A refusal in a body takes the place of that request's answer")
    func refuseInBody() {
        var state = ConnectionState()
        _ = state.readHead(RequestTraits())
        #expect(state.refuse() == (true, true))
        #expect(answer(&state) == [.drop, .drop, .drop])
    }

    @Test("A refusal while an answer is due lets that go out, and nothing follows")
    func refuseWhileDue() {
        var state = ConnectionState()
        _ = state.readHead(RequestTraits())
        state.readEnd()
        #expect(state.refuse() == (false, false))
        #expect(answer(&state) == [.passHead(.nothing), .pass, .finishAndLinger])
    }

    @Test("A refusal in a body whose answer has begun lets that answer end, and nothing follows")
    func refuseWhileAnswering() {
        var state = ConnectionState()
        _ = state.readHead(RequestTraits())
        #expect(state.writeHead(.init()) == .passHead(.close))
        #expect(state.refuse() == (false, true))
        #expect(state.writeBody() == .pass)
        #expect(state.writeEnd() == .finishAndLinger)
    }
}
