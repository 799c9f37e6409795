import BenchKit
import Testing

/// STUN against byte strings from the RFCs: RFC 5769 has whole messages, the others are put together by hand from the
/// figures in RFC 8489 (section 5, 14) and RFC 8656 (section 17, 18).
@Suite("STUN messages")
struct StunMessageTests {
    private static let transaction = Stun.Transaction(0xB7E7_A701, 0xBC34_D686, 0xFA87_DFAE)
    private static let transactionBytes: [UInt8] = [
        0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF, 0xAE,
    ]

    /// RFC 5769, section 2.2: a Binding success response for 192.0.2.1, port 32853.
    private static let sampleResponse: [UInt8] = [
        0x01, 0x01, 0x00, 0x3C, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87,
        0xDF, 0xAE,
        // SOFTWARE, "test vector", padded with a blank
        0x80, 0x22, 0x00, 0x0B, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6F, 0x72, 0x20,
        // XOR-MAPPED-ADDRESS
        0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43,
        // MESSAGE-INTEGRITY
        0x00, 0x08, 0x00, 0x14, 0x2B, 0x91, 0xF5, 0x99, 0xFD, 0x9E, 0x90, 0xC3, 0x8C, 0x74, 0x89, 0xF9, 0x2A, 0xF9,
        0xBA, 0x53, 0xF0, 0x6B, 0xE7, 0xD7,
        // FINGERPRINT
        0x80, 0x28, 0x00, 0x04, 0xC0, 0x7D, 0x4C, 0x96,
    ]

    private func read<Value>(_ bytes: [UInt8], _ body: (StunReader?) -> Value) -> Value {
        bytes.withUnsafeBytes { body(StunReader($0)) }
    }

    @Test("The RFC's sample response is read, past an attribute that is padded")
    func sample() {
        read(Self.sampleResponse) { message in
            #expect(message?.messageClass == .success)
            #expect(message?.method == 1)
            #expect(message?.transaction == Self.transaction)
            #expect(message?.xorAddress(.xorMappedAddress) == IPv4Endpoint(address: 0xC000_0201, port: 32_853))
            #expect(message?.xorAddress(.xorRelayedAddress) == nil)
            #expect(message?.errorCode == nil)
        }
    }

    @Test("An Allocate request asks for UDP, protocol 17")
    func allocate() {
        let bytes = written { TurnProtocol.writeSetup(Self.setup(step: 0), host: Self.host, into: $0) }
        let header: [UInt8] = [0x00, 0x03, 0x00, 0x08, 0x21, 0x12, 0xA4, 0x42]
        let attribute: [UInt8] = [0x00, 0x19, 0x00, 0x04, 17, 0, 0, 0]
        #expect(Array(bytes[0..<8]) == header)
        #expect(Array(bytes[8..<20]) == Self.transactionOfStep(0))
        #expect(Array(bytes[20...]) == attribute)
    }

    @Test("A ChannelBind request names the channel and the host under the cookie")
    func channelBind() {
        let bytes = written { TurnProtocol.writeSetup(Self.setup(step: 1), host: Self.host, into: $0) }
        let header: [UInt8] = [0x00, 0x09, 0x00, 0x14, 0x21, 0x12, 0xA4, 0x42]
        let channel: [UInt8] = [0x00, 0x0C, 0x00, 0x04, 0x40, 0x00, 0x00, 0x00]
        let peer: [UInt8] = [0x00, 0x12, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]
        #expect(Array(bytes[0..<8]) == header)
        #expect(Array(bytes[8..<20]) == Self.transactionOfStep(1))
        #expect(Array(bytes[20..<28]) == channel)
        #expect(Array(bytes[28...]) == peer)
    }

    @Test("A farewell is a Refresh with a lifetime of 0")
    func farewell() {
        let bytes = written { TurnProtocol.writeFarewell(Self.setup(step: 0), into: $0) }
        #expect(Array(bytes[0..<4]) == [0x00, 0x04, 0x00, 0x08])
        #expect(Array(bytes[20...]) == [0x00, 0x0D, 0x00, 0x04, 0, 0, 0, 0])
    }

    /// An error response to an Allocate: 437, "Allocation Mismatch", RFC 8656 section 19.
    private static let mismatch: [UInt8] = [
        0x01, 0x13, 0x00, 0x08, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87,
        0xDF, 0xAE, 0x00, 0x09, 0x00, 0x04, 0x00, 0x00, 0x04, 0x25,
    ]

    @Test("Answers of a TURN server are told by their class and transaction")
    func answers() {
        let expected = SetupTransaction(run: 0xB7E7_A701, player: 0xBC34_D686, step: 0xFA87_DFAE)
        #expect(turn(Self.mismatch, .client) == .setupAnswer(expected, error: 437))
        let success: [UInt8] = [0x01, 0x09, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42] + Self.transactionBytes
        #expect(turn(success, .client) == .setupAnswer(expected, error: 0))
        let request: [UInt8] = [0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42] + Self.transactionBytes
        #expect(turn(request, .client) == .unexpected)
    }

    @Test("What is not exactly one message is none")
    func malformed() {
        let whole = Self.sampleResponse
        #expect(read(whole) { $0 != nil })
        #expect(read(Array(whole.dropLast())) { $0 == nil })
        #expect(read(Array(whole.dropLast(4))) { $0 == nil })
        #expect(read(whole + [0, 0, 0, 0]) { $0 == nil })
        #expect(read([]) { $0 == nil })
        var changed = whole
        changed[7] = 0x43
        #expect(read(changed) { $0 == nil }, "another cookie")
        changed = whole
        changed[0] = 0x41
        #expect(read(changed) { $0 == nil }, "ChannelData")
        changed = whole
        changed[23] = 0xFF
        #expect(read(changed) { $0?.xorAddress(.xorMappedAddress) == nil }, "an attribute that is too long")
    }

    @Test("ChannelData is channel, length and payload, as it is received and as it is sent")
    func channelData() {
        #expect(turn([0x40, 0x00, 0x00, 0x03, 7, 8, 9], .client) == .payload(offset: 4, peer: 0))
        #expect(turn([0x40, 0x00, 0x00, 0x02, 7, 8, 9], .client) == .unexpected)
        #expect(turn([0x40, 0x01, 0x00, 0x03, 7, 8, 9], .client) == .unexpected)
        #expect(turn([0x40, 0x00, 0x00, 0x00], .client) == .unexpected)
        let header = written {
            TurnProtocol.writeHeader(role: .client, credentials: Self.credentials, peer: 0, size: 1187, into: $0)
        }
        #expect(header == [0x40, 0x00, 0x04, 0xA3])
        let bare = written {
            TurnProtocol.writeHeader(role: .host, credentials: Self.credentials, peer: 9, size: 120, into: $0)
        }
        #expect(bare == [])
    }

    @Test("To a host everything is a payload of whoever sent it")
    func host() {
        #expect(turn([7], .host, source: 5) == .payload(offset: 0, peer: 5))
        #expect(turn([], .host, source: 5) == .unexpected)
    }

    private static let host = IPv4Endpoint(address: 0xC000_0201, port: 32_853)
    private static let credentials = TurnProtocol.credentials(
        ofUser: 0,
        in: BenchSession(
            id: "",
            sessionToken: 0,
            userTokens: [],
            relayIP: "",
            relayHost: "",
            serverPort: 0,
            clientPort: 0
        )
    )

    private static func transactionOfStep(_ step: UInt8) -> [UInt8] {
        Array(transactionBytes[0..<8]) + [0, 0, 0, step]
    }

    private static func setup(step: UInt32) -> SetupTransaction {
        SetupTransaction(run: 0xB7E7_A701, player: 0xBC34_D686, step: step)
    }

    private func turn(_ bytes: [UInt8], _ role: PlayerRole, source: Int64 = 0) -> Arrival {
        bytes.withUnsafeBytes { TurnProtocol.read($0, role: role, source: source) }
    }

    private func written(_ body: (UnsafeMutableRawPointer) -> Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: 64)
        let length = bytes.withUnsafeMutableBytes { $0.baseAddress.map(body) ?? 0 }
        return Array(bytes[0..<length])
    }
}
