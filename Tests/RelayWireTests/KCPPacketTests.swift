import RelayWire
import Testing

@Suite("Which KCP connection a payload belongs to")
struct KCPPacketTests {
    private func ask(_ payload: [UInt8], _ body: (UnsafeRawPointer, Int) -> Bool) -> Bool {
        let memory = [UInt8](repeating: 0xFF, count: 9) + payload + [0xFF, 0xFF]
        return memory.withUnsafeBytes { bytes in
            bytes.baseAddress.map { body($0 + 9, payload.count) } ?? false
        }
    }

    private func hasCookie(_ payload: [UInt8]) -> Bool { ask(payload) { KCPPacket.carriesCookie($0, length: $1) } }
    private func isFresh(_ payload: [UInt8]) -> Bool { ask(payload) { KCPPacket.isFresh($0, length: $1) } }

    @Test("A cookie is any of bytes 1 to 4, behind the reliable or the unreliable channel, with something after it")
    func cookie() {
        for channel in UInt8.min...UInt8.max {
            #expect(hasCookie([channel, 0, 0, 0, 9, 7]) == (channel == 1 || channel == 2))
            #expect(!hasCookie([channel, 0, 0, 0, 0, 7]))
        }
        for place in 1...4 {
            var payload: [UInt8] = [2, 0, 0, 0, 0, 1]
            payload[place] = 0x80
            #expect(hasCookie(payload))
            #expect(!hasCookie(payload.dropLast()))
        }
    }

    @Test("A fresh packet has no cookie and no conversation, and any sequence number", arguments: 0..<30)
    func fresh(index: Int) {
        var ping: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 81] + [UInt8](repeating: 0, count: 20)
        ping[17] = 1
        #expect(isFresh(ping))
        #expect(!isFresh(ping.dropLast()))
        #expect(isFresh(ping + [1, 2, 3]))
        ping[index] ^= 0x10
        #expect(isFresh(ping) == (index > 9), "byte \(index)")
    }
}
