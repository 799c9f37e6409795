import Glibc
import LinuxIO
import TestSupport
import Testing

@Suite("Batches of datagrams")
struct BatchTests {
    private static let loopback: [UInt8] = [127, 0, 0, 1]
    private static let any4 = [UInt8](repeating: 0, count: 4)
    private static let any6 = [UInt8](repeating: 0, count: 16)
    private static let loopback6 = [UInt8](repeating: 0, count: 15) + [1]

    @Test("Nothing there is 0 datagrams, without waiting")
    func nothing() throws {
        let socket = try OpenSocket(Self.loopback)
        let batch = Inbox()
        #expect(batch.receive(from: socket) == 0)
    }

    @Test("Datagrams come as they were sent, 64 a call, with their senders")
    func receive() throws {
        let socket = try OpenSocket(Self.loopback)
        let batch = Inbox()
        let player = try LoopbackPlayer(to: (Self.loopback, socket.port))
        for number in 0..<100 { try player.send([UInt8](repeating: UInt8(number), count: number + 1)) }
        #expect(batch.receive(from: socket) == 64)
        for index in 0..<64 {
            #expect(batch.bytes(index) == [UInt8](repeating: UInt8(index), count: index + 1))
            let sender = UnsafeRawBufferPointer(start: batch.name(index), count: 8)
            #expect(Array(sender[2..<4]) == [UInt8(player.port >> 8), UInt8(player.port & 0xFF)])
            #expect(Array(sender[4..<8]) == Self.loopback)
        }
        #expect(batch.receive(from: socket) == 36)
        #expect(batch.bytes(35) == [UInt8](repeating: 99, count: 100))
        #expect(batch.receive(from: socket) == 0)
    }

    @Test(
        "A longer datagram is cut to one byte more than is of interest",
        arguments: [(1_199, 1_199), (1_200, 1_200), (1_201, 1_201), (1_400, 1_201)]
    )
    func cut(sent: Int, received: Int) throws {
        let socket = try OpenSocket(Self.loopback)
        let batch = Inbox()
        try LoopbackPlayer(to: (Self.loopback, socket.port)).send([UInt8](repeating: 7, count: sent))
        #expect(batch.receive(from: socket) == 1)
        #expect(batch.bytes(0) == [UInt8](repeating: 7, count: received))
    }

    @Test("An empty datagram is one of length 0")
    func empty() throws {
        let socket = try OpenSocket(Self.loopback)
        let batch = Inbox()
        try LoopbackPlayer(to: (Self.loopback, socket.port)).send([])
        #expect(batch.receive(from: socket) == 1)
        #expect(batch.bytes(0).isEmpty)
    }

    @Test("A wildcard socket tells which local address each datagram came to, IPv4 and IPv6")
    func localAddress() throws {
        let batch = Inbox()
        let four = try OpenSocket(Self.any4, reports: true)
        for last in [3, 1, 9] as [UInt8] { try LoopbackPlayer(to: ([127, 0, 0, last], four.port)).send([last]) }
        #expect(batch.receive(from: four) == 3)
        for index in 0..<3 {
            let words = batch.local(index)
            #expect(words.high == 0)
            #expect(words.low == UInt64(UInt32(batch.bytes(index)[0]) << 24 | 127))
        }
        let six = try OpenSocket(Self.any6, reports: true)
        try LoopbackPlayer(to: (Self.loopback6, six.port)).send([1])
        #expect(batch.receive(from: six) == 1)
        #expect(batch.local(0) == (0, UInt64(1).bigEndian))
    }

    @Test("Control messages of one batch are not taken for the next one's")
    func controlIsFresh() throws {
        let batch = Inbox()
        let reporting = try OpenSocket(Self.any4, reports: true)
        let silent = try OpenSocket(Self.loopback)
        try LoopbackPlayer(to: ([127, 0, 0, 5], reporting.port)).send([1])
        #expect(batch.receive(from: reporting) == 1)
        try LoopbackPlayer(to: (Self.loopback, silent.port)).send([2])
        #expect(batch.receive(from: silent) == 1)
        #expect(batch.local(0) == (0, 0))
        try LoopbackPlayer(to: ([127, 0, 0, 6], reporting.port)).send([3])
        #expect(batch.receive(from: reporting) == 1)
        #expect(batch.local(0) == (0, 0x0600_007F))
    }

    @Test("What a full queue lost can be asked for")
    func lostDatagrams() throws {
        var options = UDPSocket.Options()
        options.bufferBytes = 4_096
        let socket = try OpenSocket(Self.loopback, options)
        #expect(UDPSocket.lostDatagrams(of: socket.number) == 0)
        let player = try LoopbackPlayer(to: (Self.loopback, socket.port))
        for _ in 0..<500 { try player.send([UInt8](repeating: 1, count: 1_000)) }
        let batch = Inbox()
        var received = 0
        while case let count = batch.receive(from: socket), count > 0 { received += count }
        #expect(received < 500)
        #expect(UDPSocket.lostDatagrams(of: socket.number) == UInt32(500 - received))
    }

    @Test("A batch arrives whole and in order, from the address it is told to leave from", arguments: [4, 16])
    func send(length: Int) throws {
        let isIPv4 = length == 4
        let socket = try OpenSocket(isIPv4 ? Self.any4 : Self.any6, reports: true)
        let home: [UInt8] = isIPv4 ? [127, 0, 0, 3] : Self.loopback6
        // Connected to the address that the datagrams have to leave from: it hears nothing from another.
        let player = try LoopbackPlayer(to: (home, socket.port))
        try player.send([0])
        let received = Inbox()
        #expect(received.receive(from: socket) == 1)
        let batch = Outbox(isIPv4: isIPv4, through: socket.number)
        for index in 0..<64 { batch.append([UInt8(index)], to: received.name(0), from: received.local(0)) }
        #expect(batch.count == 64)
        let flushed = batch.flush()
        #expect(flushed.failed == 0)
        #expect(flushed.joined == 64)
        #expect(flushed.batches == 1)
        #expect(batch.count == 0)
        for index in 0..<64 { #expect(player.receive() == [UInt8(index)]) }
    }

    @Test("Datagrams that the kernel refuses are given up and counted, and the rest goes on")
    func refused() throws {
        let socket = try OpenSocket(Self.loopback)
        let receiver = try OpenSocket(Self.loopback)
        // Port 0 cannot be sent to, nor can an IPv6 address through an IPv4 socket.
        let good = SocketAddress(Self.loopback, receiver.port)
        let noPort = SocketAddress(Self.loopback, 0)
        let wrongFamily = SocketAddress(Self.loopback6, receiver.port)
        let batch = Outbox(through: socket.number)
        for (index, target) in [noPort, good, wrongFamily, noPort, good, good, wrongFamily, noPort].enumerated() {
            batch.append([UInt8(index)], to: target.name)
        }
        #expect(batch.flush().failed == 5)
        let received = Inbox()
        #expect(received.receive(from: receiver) == 3)
        #expect((0..<3).map { received.bytes($0) } == [[1], [4], [5]])
    }

    @Test("A full batch is sent before the next datagram is added")
    func full() throws {
        let socket = try OpenSocket(Self.loopback)
        let receiver = try OpenSocket(Self.loopback)
        let name = SocketAddress(Self.loopback, receiver.port)
        let batch = Outbox(through: socket.number)
        for index in 0..<65 { batch.append([UInt8(index)], to: name.name) }
        #expect(batch.count == 1)
        #expect(batch.flush().batches == 2)
        let received = Inbox()
        #expect(received.receive(from: receiver) == 64)
        #expect(received.receive(from: receiver) == 1)
        #expect(received.bytes(0) == [64])
    }
}
