import NIOCore
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("The caller's address")
struct CallerAddressTests {
    private static let proxies = ["10.0.0.0/8", "2001:db8:1::/48", "127.0.0.1"].map { IPNetwork($0)! }

    @Test(
        "The header counts only behind trusted proxies, and is read from the right",
        arguments: [
            ("198.51.100.1", [], "198.51.100.1"),
            ("198.51.100.1", ["203.0.113.5"], "198.51.100.1"),
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
            ("10.0.0.1", ["8.8.8.8, 203.0.113.5"], "203.0.113.5"),
            ("10.0.0.1", ["203.0.113.5, 10.2.3.4,10.0.0.9"], "203.0.113.5"),
            ("10.0.0.1", ["203.0.113.5", "10.2.3.4"], "203.0.113.5"),
            ("10.0.0.1", ["10.9.9.9,10.2.3.4"], "10.9.9.9"),
            ("::ffff:10.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
            ("2001:db8:1::9", ["2001:DB8:2::7"], "2001:db8:2::7"),
            ("10.0.0.1", ["203.0.113.5:4711"], "203.0.113.5"),
            ("10.0.0.1", ["[2001:db8:2::7]:4711"], "2001:db8:2::7"),
            ("10.0.0.1", ["[2001:db8:2::7]"], "2001:db8:2::7"),
            ("10.0.0.1", ["203.0.113.5, unknown"], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.5, evil, 10.0.0.7"], "10.0.0.7"),
            ("10.0.0.1", [""], "10.0.0.1"), ("10.0.0.1", [","], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.5\u{0}"], "10.0.0.1"),
            ("10.0.0.1", ["0x7f.1"], "10.0.0.1"),
        ]
    )
    func resolve(peer: String, header: [String], caller: String) throws {
        let address = try SocketAddress(ipAddress: peer, port: 1)
        #expect(
            CallerAddress.resolve(peer: address, forwardedFor: header, trustedProxies: Self.proxies).description
                == caller
        )
    }

    @Test("The peer of a Unix socket is a trusted proxy, and stands for loopback where it names nobody")
    func unixSocket() throws {
        let peer = try SocketAddress(unixDomainSocketPath: "/run/x")
        func caller(_ header: [String]) -> String {
            CallerAddress.resolve(peer: peer, forwardedFor: header, trustedProxies: []).description
        }
        #expect(caller([]) == "127.0.0.1")
        #expect(caller(["8.8.8.8, 203.0.113.5"]) == "203.0.113.5")
        #expect(caller(["nonsense"]) == "127.0.0.1")
    }
}
