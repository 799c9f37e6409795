import Glibc
import LinuxIO
import Testing

/// What stands in the headers of what is sent, as a raw socket sees it (raw(7), CAP_NET_RAW).
@Suite("Datagrams and narrow paths", .enabled(if: NamespaceThread.isAllowed, "no namespaces here"))
struct FragmentingTests {
    private static let loopback: [UInt8] = [127, 0, 0, 1]
    private struct NoRawSocket: Error {}

    /// The don't-fragment bit of each IPv4 header that a raw socket gets within a moment, and its length in all.
    private static func headers(_ number: Int32) -> [(forbidsFragments: Bool, isFragment: Bool, mark: UInt8)] {
        var found: [(Bool, Bool, UInt8)] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while recv(number, &buffer, buffer.count, Int32(MSG_DONTWAIT)) >= 20 {
            let flags = UInt16(buffer[6]) << 8 | UInt16(buffer[7])
            found.append((flags & 0x4000 != 0, flags & 0x3FFF != 0, buffer[1] >> 2))
        }
        return found
    }

    @Test(
        "Neither single datagrams nor joined ones forbid that they are fragmented, and all bear the mark",
        arguments: [false, true]
    )
    func header(isJoined: Bool) throws {
        try NamespaceThread.run(mtu: 65_536) {
            let raw = Glibc.socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_UDP))
            guard raw >= 0 else { throw NoRawSocket() }
            defer { close(raw) }
            var options = UDPSocket.Options()
            options.dscp = 46
            let sender = try OpenSocket(Self.loopback, options)
            let receiver = try OpenSocket(Self.loopback)
            let name = SocketAddress(Self.loopback, receiver.port)
            let batch = Outbox(mayJoin: isJoined, through: sender.number)
            for _ in 0..<4 { batch.append([UInt8](repeating: 7, count: 1_200), to: name.name) }
            #expect(batch.flush().failed == 0)
            let seen = Self.headers(raw)
            #expect(!seen.isEmpty)
            #expect(seen.allSatisfy { !$0.forbidsFragments && $0.mark == 46 })
        }.get()
    }

    @Test("Through a device narrower than a datagram everything arrives, joined or not", arguments: [false, true])
    func narrowDevice(isJoined: Bool) throws {
        try NamespaceThread.run(mtu: 1_000) {
            let sender = try OpenSocket(Self.loopback)
            let receiver = try OpenSocket(Self.loopback)
            let name = SocketAddress(Self.loopback, receiver.port)
            let batch = Outbox(mayJoin: isJoined, through: sender.number)
            for _ in 0..<4 { batch.append([UInt8](repeating: 7, count: 1_200), to: name.name) }
            #expect(batch.flush().failed == 0)
            let inbox = Inbox()
            #expect(inbox.receive(from: receiver) == 4)
            #expect(inbox.bytes(3).count == 1_200)
        }.get()
    }
}
