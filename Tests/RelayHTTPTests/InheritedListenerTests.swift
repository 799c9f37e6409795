import Glibc
import NIOCore
import Testing

@testable import RelayHTTP

@Suite struct InheritedListenerTests {
    @Test func requestsAreServedOnTheSocketThatWasPassedOn() async throws {
        let (number, port) = try Self.listener(on: "127.0.0.1")
        // Waits in the backlog before the server runs, as during a restart.
        var configuration = APIServer.Configuration(listen: .tcp(host: "127.0.0.1", port: port))
        configuration.inherited = try InheritedListener(number, listeningOn: configuration.listen, named: "api.listen")
        try await withLiveServer(configuration) { _, address in
            #expect(address == .tcp(host: "127.0.0.1", port: port))
            let answer = try await RawConnection.run(
                address,
                .send("GET /livez HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n")
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let date = answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("date: ") }
            #expect(date?.hasSuffix(" GMT") == true)
        }
    }

    @Test func anotherSpellingOfTheAddressIsTheSameAddress() throws {
        let (number, port) = try Self.listener(on: "::1")
        let listener = try InheritedListener(
            number,
            listeningOn: .tcp(host: "0:0:0:0:0:0:0:1", port: port),
            named: "api.listen"
        )
        close(listener.number)
    }

    @Test func aListenerOnAnotherAddressOrPortIsRefusedAndClosed() throws {
        for (host, offset) in [("127.0.0.2", 0), ("127.0.0.1", 1), ("::1", 0)] {
            let (number, port) = try Self.listener(on: "127.0.0.1")
            let wanted = ListenAddress.tcp(host: host, port: port + offset)
            let error = #expect(throws: ListenerError.self) {
                try InheritedListener(number, listeningOn: wanted, named: "api.listen")
            }
            #expect(error?.message.contains("listens on 127.0.0.1:\(port), not on \(wanted)") == true)
            // Whoever connects now is refused instead of waiting for ever.
            #expect(try Self.canConnect(to: port) == false)
        }
    }

    @Test func whatIsNoListenerIsRefused() throws {
        let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        #expect(throws: ListenerError.self) {
            try InheritedListener(datagrams, listeningOn: .tcp(host: "127.0.0.1", port: 1), named: "api.listen")
        }
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
    ])
    func datesAreWrittenTheWayHTTPWantsThem(seconds: Int, text: String) {
        #expect(HTTPDate.text(seconds) == text)
    }

    private static func listener(on host: String) throws -> (number: Int32, port: Int) {
        let address = try SocketAddress(ipAddress: host, port: 0)
        let number = socket(host.contains(":") ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(address.withSockAddr { bind(number, $0, socklen_t($1)) } == 0)
        try #require(listen(number, 16) == 0)
        // The port is at 2 in the names of both families (ip(7), ipv6(7)).
        var name = [UInt16](repeating: 0, count: 14)
        var length = socklen_t(28)
        let status = name.withUnsafeMutableBytes {
            getsockname(number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        try #require(status == 0)
        return (number, Int(UInt16(bigEndian: name[1])))
    }

    private static func canConnect(to port: Int) throws -> Bool {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(number) }
        return try SocketAddress(ipAddress: "127.0.0.1", port: port).withSockAddr {
            connect(number, $0, socklen_t($1)) == 0
        }
    }
}
