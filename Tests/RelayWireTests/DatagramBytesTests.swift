import RelayWire
import Testing

@Suite("Datagrams, byte for byte")
struct DatagramBytesTests {
    /// Runs a body on bytes at a place in memory, and returns what they are afterwards.
    private func with(_ bytes: [UInt8], misalignment: Int, _ body: (DatagramBytes) -> Void) -> [UInt8] {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 16, alignment: 16)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: bytes.count + 16)
        let base = memory + misalignment
        base.copyMemory(from: bytes, byteCount: bytes.count)
        body(DatagramBytes(base: base, length: bytes.count))
        let around = UnsafeRawBufferPointer(start: memory, count: bytes.count + 16)
        let inside = misalignment..<misalignment + bytes.count
        #expect(around.indices.allSatisfy { inside.contains($0) || around[$0] == 0xEE }, "written outside")
        return Array(around[inside])
    }

    @Test("A PING is read as user token, session token, type", arguments: 0...7)
    func ping(misalignment: Int) {
        _ = with([0x78, 0x56, 0x34, 0x12, 0xF0, 0xDE, 0xBC, 0x7A, 0x01], misalignment: misalignment) { datagram in
            #expect(datagram.length == 9)
            #expect(datagram.credentials.userToken == 0x1234_5678)
            #expect(datagram.credentials.sessionToken == 0x7ABC_DEF0)
            #expect(datagram.type == 1)
        }
    }

    @Test("A host's connection id is read signed and little-endian", arguments: 0...7)
    func connectionID(misalignment: Int) {
        let vectors: [([UInt8], Int32)] = [
            ([1, 0, 0, 0], 1), ([0, 0, 8, 0], 524_288), ([0xFF, 0xFF, 0xFF, 0xFF], -1), ([0, 0, 0, 0x80], .min),
            ([0x78, 0x56, 0x34, 0x12], 0x1234_5678),
        ]
        for (bytes, id) in vectors {
            _ = with([0, 0, 0, 0, 0, 0, 0, 0, 2] + bytes + [7], misalignment: misalignment) { datagram in
                #expect(datagram.type == 2)
                #expect(datagram.connectionID == id)
            }
        }
    }

    @Test("A client's DATA reaches the host as type, connection id, payload", arguments: 0...7)
    func toHost(misalignment: Int) {
        let received: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 2, 0xAA, 0xBB, 0xCC]
        let left = with(received, misalignment: misalignment) { datagram in
            #expect(datagram.rewriteForHost(connectionID: -2) == 4)
        }
        #expect(left == [1, 2, 3, 4, 2, 0xFE, 0xFF, 0xFF, 0xFF, 0xAA, 0xBB, 0xCC])
        let other = with(received, misalignment: misalignment) { _ = $0.rewriteForHost(connectionID: 0x0010_0203) }
        #expect(Array(other[4...]) == [2, 0x03, 0x02, 0x10, 0x00, 0xAA, 0xBB, 0xCC])
    }

    @Test("A host's DATA reaches the client as type and payload", arguments: 0...7)
    func toClient(misalignment: Int) {
        let received: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 2, 9, 0, 0, 0, 0xAA, 0xBB]
        let left = with(received, misalignment: misalignment) { datagram in
            #expect(datagram.rewriteForClient() == 12)
        }
        #expect(Array(left[12...]) == [2, 0xAA, 0xBB])
    }

    @Test("A PING's answer is type and state")
    func answers() {
        let states: [(RelayState, UInt8)] = [
            (.disconnected, 0), (.checking, 1), (.valid, 2), (.invalid, 3), (.sessionTimeout, 4), (.error, 5),
        ]
        for (state, byte) in states {
            let left = with([1, 2, 3, 4, 5, 6, 7, 8, 1], misalignment: 0) { $0.rewriteAsReply(state) }
            #expect(Array(left.prefix(2)) == [1, byte])
            #expect(Array(left.dropFirst(2)) == [3, 4, 5, 6, 7, 8, 1])
        }
    }

    @Test("Lengths are those of the protocol")
    func lengths() {
        #expect(Wire.maximumLength == 1_200)
        #expect(Wire.credentialsLength == 8)
        #expect(Wire.typeOffset == 8)
        #expect(Wire.clientHeaderLength == 9)
        #expect(Wire.hostHeaderLength == 13)
        #expect(Wire.toHostHeaderLength == 5)
        #expect(Wire.toClientHeaderLength == 1)
        #expect(Wire.replyLength == 2)
    }
}
