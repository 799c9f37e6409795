import NIOHTTP1
import Testing

@testable import RelayHTTP

@Suite("What a request's head says about the connection")
struct RequestTraitsTests {
    private static func traits(
        _ headers: [(String, String)],
        version: HTTPVersion = .http1_1,
        method: HTTPMethod = .GET
    ) throws(ConnectionRefusal) -> RequestTraits {
        try RequestTraits(HTTPRequestHead(version: version, method: method, uri: "/", headers: HTTPHeaders(headers)))
    }

    @Test(
        "Connection is a list of tokens in any case and any number of headers",
        arguments: [
            (["close"], true), (["Close"], true), (["keep-alive, CLOSE"], true), (["foo", "bar ,\tclose"], true),
            (["closed"], false), (["keep-alive"], false), ([], false), ([", ,"], false),
        ]
    )
    func connection(values: [String], ends: Bool) throws {
        let headers = [("Host", "x")] + values.map { ("connection", $0) }
        #expect(try Self.traits(headers).endsConnection == ends)
    }

    @Test("HTTP/1.0 ends the connection unless it asks for keep-alive, and knows no 100 Continue")
    func http10() throws {
        #expect(try Self.traits([], version: .http1_0).endsConnection)
        #expect(try !Self.traits([("Connection", "Keep-Alive")], version: .http1_0).endsConnection)
        #expect(try Self.traits([("Connection", "keep-alive, close")], version: .http1_0).endsConnection)
        #expect(try !Self.traits([("Expect", "100-continue")], version: .http1_0).expectsContinue)
        #expect(try Self.traits([("Host", "x"), ("Expect", "100-Continue")]).expectsContinue)
    }

    @Test("HTTP/1.1 needs one Host, HTTP/1.0 at most one")
    func host() throws {
        #expect(throws: ConnectionRefusal.host) { try Self.traits([]) }
        #expect(throws: ConnectionRefusal.host) { try Self.traits([("Host", "a"), ("host", "a")]) }
        #expect(throws: ConnectionRefusal.host) { try Self.traits([("Host", "a"), ("host", "b")], version: .http1_0) }
        _ = try Self.traits([("HOST", "a")])
    }

    @Test(
        "Of the transfer codings only chunked is known",
        arguments: [
            (["chunked"], ConnectionRefusal?.none), (["Chunked"], nil), (["gzip, chunked"], .transferCoding),
            (["gzip", "chunked"], .transferCoding), (["identity"], .transferCoding),
            (["chunked, chunked"], .transferCoding),
        ]
    )
    func codings(values: [String], refusal: ConnectionRefusal?) throws {
        let headers = [("Host", "x")] + values.map { ("Transfer-Encoding", $0) }
        do throws(ConnectionRefusal) {
            #expect(try Self.traits(headers, method: .POST).body == .chunked)
            #expect(refusal == nil)
        } catch {
            #expect(error == refusal)
        }
        #expect(throws: ConnectionRefusal.malformed) { try Self.traits(headers, version: .http1_0, method: .POST) }
    }

    @Test("A tunnel is refused; another protocol is noticed")
    func otherProtocols() throws {
        #expect(throws: ConnectionRefusal.tunnel) { try Self.traits([("Host", "x")], method: .CONNECT) }
        #expect(try Self.traits([("Host", "x"), ("Upgrade", "h2c"), ("Content-Length", "7")]).asksForUpgrade)
        #expect(try Self.traits([("Host", "x"), ("Content-Length", "7")]).body == .length(7))
    }
}
