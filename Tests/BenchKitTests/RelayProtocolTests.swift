import BenchKit
import Testing

/// The relay's datagrams against the byte layouts of the wire page, written out.
@Suite("Relay protocol")
struct RelayProtocolTests {
    private static let credentials = RelayProtocol.Credentials(user: 0x0403_0201, session: 0x0807_0605)

    private func written(_ body: (UnsafeMutableRawPointer) -> Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: RelayProtocol.longestHeader)
        let length = bytes.withUnsafeMutableBytes { $0.baseAddress.map(body) ?? 0 }
        return Array(bytes[0..<length])
    }

    @Test("A PING is the two tokens, user first, and 1")
    func ping() {
        let bytes = written { RelayProtocol.writeKeepAlive(credentials: Self.credentials, into: $0) }
        #expect(bytes == [1, 2, 3, 4, 5, 6, 7, 8, 1])
    }

    @Test("A client's DATA is the two tokens and 2")
    func clientData() {
        let bytes = written {
            RelayProtocol.writeHeader(role: .client, credentials: Self.credentials, peer: 9, size: 120, into: $0)
        }
        #expect(bytes == [1, 2, 3, 4, 5, 6, 7, 8, 2])
    }

    @Test("A host's DATA is the two tokens, 2, and the connection id")
    func hostData() {
        let positive = written {
            RelayProtocol.writeHeader(
                role: .host,
                credentials: Self.credentials,
                peer: 0x0A0B_0C0D,
                size: 120,
                into: $0
            )
        }
        #expect(positive == [1, 2, 3, 4, 5, 6, 7, 8, 2, 0x0D, 0x0C, 0x0B, 0x0A])
        let negative = written {
            RelayProtocol.writeHeader(role: .host, credentials: Self.credentials, peer: -2, size: 120, into: $0)
        }
        #expect(negative == [1, 2, 3, 4, 5, 6, 7, 8, 2, 0xFE, 0xFF, 0xFF, 0xFF])
    }

    @Test(
        "Received datagrams are told apart by their first byte, their length and the receiver's role",
        arguments: [
            ([1, 2], .host, .keepAliveAnswer(isValid: true)),
            ([1, 2], .client, .keepAliveAnswer(isValid: true)),
            ([1, 0], .client, .keepAliveAnswer(isValid: false)),
            ([1, 3], .host, .keepAliveAnswer(isValid: false)),
            ([1, 4], .client, .keepAliveAnswer(isValid: false)),
            ([2, 7], .client, .payload(offset: 1, peer: 0)),
            ([2, 1, 0, 0, 0, 7], .host, .payload(offset: 5, peer: 1)),
            ([2, 0xFF, 0xFF, 0xFF, 0xFF, 7], .host, .payload(offset: 5, peer: -1)),
            ([2, 1, 0, 0, 0], .host, .unexpected),
            ([2], .client, .unexpected),
            ([1, 2, 0], .client, .unexpected),
            ([1], .host, .unexpected),
            ([3, 0], .client, .unexpected),
            ([], .client, .unexpected),
        ] as [([UInt8], PlayerRole, Arrival)]
    )
    func read(bytes: [UInt8], role: PlayerRole, expected: Arrival) {
        #expect(bytes.withUnsafeBytes { RelayProtocol.read($0, role: role, source: 0) } == expected)
    }

    @Test(
        "Every id but 0 is allowed",
        arguments: [(0, false), (1, true), (-1, true), (1 << 20, true)] as [(Int64, Bool)]
    )
    func ids(id: Int64, isAllowed: Bool) {
        #expect(RelayProtocol.isAllowed(peer: id) == isAllowed)
    }
}
