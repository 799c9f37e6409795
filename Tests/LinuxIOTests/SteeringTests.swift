import Glibc
import LinuxIO
import TestSupport
import Testing

@Suite("Steering")
struct SteeringTests {
    private static let loopbacks: [[UInt8]] = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]]

    /// Opens a group of sockets on one port with the program attached.
    private func group(_ address: [UInt8], _ count: Int) throws -> (sockets: [Int32], port: UInt16) {
        var options = UDPSocket.Options()
        options.sharesPort = true
        var port: UInt16 = 0
        var sockets: [Int32] = []
        for _ in 0..<count {
            let socket = try UDPSocket.open(address: address, port: port, options)
            port = try UDPSocket.port(of: socket)
            sockets.append(socket.take())
        }
        try Steering.attach(to: sockets[0], wordOffset: 4, count: count)
        return (sockets, port)
    }

    /// The sockets, by number, that have something to read; takes it.
    private func takeReady(_ sockets: [Int32]) -> [Int] {
        sockets.indices.filter { index in
            var byte: UInt8 = 0
            return recv(sockets[index], &byte, 1, Int32(MSG_DONTWAIT)) >= 0
        }
    }

    @Test("The kernel picks the socket that we say it picks", arguments: loopbacks, [1, 2, 3, 7, 16])
    func agreement(address: [UInt8], count: Int) throws {
        let (sockets, port) = try group(address, count)
        defer { for socket in sockets { close(socket) } }
        var random = SeededRandom(seed: UInt64(count))
        var words: [UInt32] = [0, 1, 0xFF, 0x100, 0x1_0000, 0x0100_0000, 0x7FFF_FFFF, 0x8000_0000, .max]
        words += (0..<200).map { _ in random.next() }
        let player = try LoopbackPlayer(to: (address, port))
        for word in words {
            try player.send(Datagrams.ping(user: random.next(), session: word))
            let expected = Steering.socket(forWord: word, of: count)
            #expect(takeReady(sockets) == [expected], "word \(word)")
        }
    }

    @Test("A datagram too short to hold the word goes to the first socket", arguments: loopbacks)
    func short(address: [UInt8]) throws {
        let (sockets, port) = try group(address, 4)
        defer { for socket in sockets { close(socket) } }
        let player = try LoopbackPlayer(to: (address, port))
        for length in 1...7 {
            try player.send([UInt8](repeating: 0xFF, count: length))
            #expect(takeReady(sockets) == [0], "\(length) bytes")
        }
    }

    @Test("Attaching to something that is no socket names the call and the reason")
    func failure() {
        #expect(throws: SystemCallError("setsockopt SO_ATTACH_REUSEPORT_CBPF", code: EBADF)) {
            try Steering.attach(to: -1, wordOffset: 4, count: 2)
        }
    }
}
