import FuzzDriver
import RelayWire

/// Compares what RelayWire makes of a datagram with what its bytes say.
struct HeaderCheck {
    let datagram: [UInt8]
    let base: UnsafeMutableRawPointer

    func run() {
        if datagram.count >= Wire.credentialsLength { checkTokens() }
        if datagram.count >= Wire.replyLength { checkReplies() }
        if datagram.count >= Wire.clientHeaderLength { checkHello() }
        if datagram.count > Wire.clientHeaderLength { checkToHost() }
        if datagram.count > Wire.hostHeaderLength { checkToClient() }
    }

    /// The datagram in its place, as it was received.
    private func received() -> DatagramBytes {
        base.copyMemory(from: datagram, byteCount: datagram.count)
        return DatagramBytes(base: base, length: datagram.count)
    }

    private func word(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(datagram[offset + $1]) << (8 * UInt32($1)) }
    }

    private func content(from offset: Int) -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: base + offset, count: datagram.count - offset))
    }

    private func checkTokens() {
        let read = received()
        let credentials = read.credentials
        Fuzzer.expect(credentials.userToken == word(at: 0), "user token")
        Fuzzer.expect(credentials.sessionToken == word(at: 4), "session token")
        let again = Credentials(userToken: credentials.userToken, sessionToken: credentials.sessionToken)
        Fuzzer.expect(again == credentials, "tokens put together again")
        if datagram.count > Wire.typeOffset { Fuzzer.expect(read.type == datagram[8], "type") }
        if datagram.count >= Wire.hostHeaderLength {
            Fuzzer.expect(UInt32(bitPattern: read.connectionID) == word(at: 9), "connection id")
        }
    }

    private func checkReplies() {
        for state in [RelayState.disconnected, .checking, .valid, .invalid, .sessionTimeout, .error] {
            received().rewriteAsReply(state)
            Fuzzer.expect(content(from: 0) == [1, state.rawValue] + datagram.dropFirst(2), "reply \(state)")
        }
    }

    private func checkHello() {
        let payload = Array(datagram.dropFirst(Wire.clientHeaderLength))
        let isHello =
            payload.count >= 30 && payload[0] == 1 && payload[1..<9].allSatisfy { $0 == 0 } && payload[9] == 81
            && payload[17..<21].allSatisfy { $0 == 0 }
        let matches = KCPHello.matches(received().base + Wire.clientHeaderLength, length: payload.count)
        Fuzzer.expect(matches == isHello, "hello")
        let isExact =
            isHello && payload.count == 30 && payload[10] == 0 && payload[21..<25].allSatisfy { $0 == 0 }
            && Array(payload[25..<30]) == [1, 0, 0, 0, 1]
        let matchesExactly = KCPHello.matchesExactly(received().base + Wire.clientHeaderLength, length: payload.count)
        Fuzzer.expect(matchesExactly == isExact, "exact hello")
        let hasCookie = payload.count >= 6 && [1, 2].contains(payload[0]) && payload[1..<5].contains { $0 != 0 }
        let carries = KCPPacket.carriesCookie(received().base + Wire.clientHeaderLength, length: payload.count)
        Fuzzer.expect(carries == hasCookie, "cookie")
    }

    private func checkToHost() {
        // Any id will do: the datagram has one.
        let id = Int32(bitPattern: word(at: 4))
        let offset = received().rewriteForHost(connectionID: id)
        Fuzzer.expect(content(from: offset) == [2] + datagram[4..<8] + datagram[9...], "header for the host")
    }

    private func checkToClient() {
        let offset = received().rewriteForClient()
        Fuzzer.expect(content(from: offset) == [2] + datagram[13...], "header for the client")
    }
}
