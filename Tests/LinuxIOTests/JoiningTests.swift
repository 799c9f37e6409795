import Glibc
import LinuxIO
import TestSupport
import Testing

@Suite("Datagrams that leave together")
struct JoiningTests {
    private static let loopback: [UInt8] = [127, 0, 0, 1]

    /// A datagram of a size, told from others by its number.
    private func datagram(_ number: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: $0 == 0 ? number : number &* 31 &+ $0) }
    }

    private func receiveAll(_ socket: OpenSocket) -> [[UInt8]] {
        let inbox = Inbox()
        var all: [[UInt8]] = []
        while case let count = inbox.receive(from: socket), count > 0 { all += (0..<count).map(inbox.bytes) }
        return all
    }

    @Test(
        "Whatever their sizes, all arrive whole, once, and in order for each receiver",
        arguments: [
            [100, 100, 100, 100], [100, 100, 40, 100, 100], [40, 100, 100], [1_200, 1_200, 1_200], [1, 1, 1],
            [100, 99, 98, 97], [], [7], [1_200, 1, 1_200, 1],
        ]
    )
    func sizes(_ sizes: [Int]) throws {
        let socket = try OpenSocket(Self.loopback)
        let receivers = try (0..<3).map { _ in try OpenSocket(Self.loopback) }
        let names = receivers.map { SocketAddress(Self.loopback, $0.port) }
        let batch = Outbox(through: socket.number)
        for (number, size) in sizes.enumerated() {
            for name in names { batch.append(datagram(number, size), to: name.name) }
        }
        #expect(batch.flush().failed == 0)
        let expected = sizes.enumerated().map { datagram($0.offset, $0.element) }
        for receiver in receivers { #expect(receiveAll(receiver) == expected) }
    }

    @Test("Random batches arrive as if each datagram had been sent alone")
    func random() throws {
        var random = SeededRandom(seed: 20)
        let socket = try OpenSocket(Self.loopback)
        let receivers = try (0..<5).map { _ in try OpenSocket(Self.loopback) }
        let names = receivers.map { SocketAddress(Self.loopback, $0.port) }
        let batch = Outbox(through: socket.number)
        for round in 0..<200 {
            var expected = [[[UInt8]]](repeating: [], count: receivers.count)
            for number in 0..<Int(random.next() % 100) {
                let size = [8, 8, 8, 30, 30, 1_187][Int(random.next() % 6)]
                let target = Int(random.next() % UInt64(receivers.count))
                expected[target].append(datagram(number, size))
                batch.append(datagram(number, size), to: names[target].name)
            }
            #expect(batch.flush().failed == 0)
            for (receiver, wanted) in zip(receivers, expected) {
                #expect(receiveAll(receiver) == wanted, "round \(round)")
            }
        }
    }

    @Test(
        "Only datagrams to one place join, and only the last may be shorter",
        arguments: [
            ([10, 10, 10], 3), ([10, 10, 4], 3), ([10, 4, 10], 2), ([4, 10], 0), ([10], 0), ([10, 4, 4, 4], 4),
        ]
    )
    func joined(sizes: [Int], expected: Int) throws {
        let socket = try OpenSocket(Self.loopback)
        let receiver = try OpenSocket(Self.loopback)
        let name = SocketAddress(Self.loopback, receiver.port)
        let other = SocketAddress(Self.loopback, receiver.port)
        let batch = Outbox(through: socket.number)
        for (number, size) in sizes.enumerated() { batch.append(datagram(number, size), to: name.name) }
        batch.append([1], to: other.name)
        #expect(batch.flush().joined == expected)
    }

    @Test("A message stays within what one UDP datagram can hold")
    func longest() throws {
        let socket = try OpenSocket(Self.loopback)
        let receiver = try OpenSocket(Self.loopback)
        let name = SocketAddress(Self.loopback, receiver.port)
        let batch = Outbox(through: socket.number)
        let sent = (0..<64).map { datagram($0, 1_200) }
        for bytes in sent { batch.append(bytes, to: name.name) }
        let flushed = batch.flush()
        #expect(flushed.failed == 0)
        #expect(flushed.joined == 64)
        #expect(receiveAll(receiver) == sent)
    }

    @Test("What is too long for the way is sent one by one, and not joined again")
    func tooLong() throws {
        // A datagram may be fragmented on its way, a segment may not: 1,200 bytes do not fit the loopback of this namespace.
        try withNarrowLoopback(mtu: 1_000) {
            let socket = try OpenSocket(Self.loopback)
            let receiver = try OpenSocket(Self.loopback)
            let name = SocketAddress(Self.loopback, receiver.port)
            let batch = Outbox(through: socket.number)
            for round in 0..<3 {
                let sent = (0..<4).map { datagram($0, 1_200) }
                for bytes in sent { batch.append(bytes, to: name.name) }
                let flushed = batch.flush()
                #expect(flushed.failed == 0)
                #expect(flushed.joined == (round == 0 ? 4 : 0))
                #expect(receiveAll(receiver) == sent)
            }
        }
    }

    /// Runs a body on a thread whose loopback device has a short MTU, in a network namespace of its own. Does nothing where
    /// the user may not make one.
    private func withNarrowLoopback(mtu: Int32, _ body: @escaping @Sendable () throws -> Void) throws {
        let outcome = NamespaceThread.run(mtu: mtu, body)
        try outcome.get()
    }
}
