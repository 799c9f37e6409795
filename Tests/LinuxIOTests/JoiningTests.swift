import Glibc
import TestSupport
import Testing

@testable import LinuxIO

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

    @Test("Short datagrams join as many as the oldest kernels that can join take in one message")
    func shortOnes() throws {
        let socket = try OpenSocket(Self.loopback)
        let receiver = try OpenSocket(Self.loopback)
        let name = SocketAddress(Self.loopback, receiver.port)
        let batch = Outbox(through: socket.number)
        // Before Linux 5.16 the kernel counted up to 48 bytes of headers against 64 times the size.
        for size in [1, 2, 8, 20, 48] {
            let sent = (0..<64).map { datagram($0, size) }
            for bytes in sent { batch.append(bytes, to: name.name) }
            let flushed = batch.flush()
            #expect(flushed.failed == 0)
            #expect(flushed.joined <= 64)
            #expect(receiveAll(receiver) == sent)
        }
    }

    @Test("Where the kernel cannot cut messages, each datagram leaves alone")
    func without() throws {
        let socket = try OpenSocket(Self.loopback)
        let receiver = try OpenSocket(Self.loopback)
        let name = SocketAddress(Self.loopback, receiver.port)
        let batch = Outbox(mayJoin: false, through: socket.number)
        let sent = (0..<64).map { datagram($0, 100) }
        for bytes in sent { batch.append(bytes, to: name.name) }
        #expect(batch.flush().joined == 0)
        #expect(receiveAll(receiver) == sent)
        #expect(UDPSocket.canSegment, "this kernel is newer than 4.18, and has to be found out as such")
    }

    // A datagram may be fragmented on its way, a segment may not: 1,200 bytes do not fit the loopback of this namespace.
    @Test(
        "What is too long for the way is sent one by one, what stands around it too, and it is not joined again",
        .enabled(if: NamespaceThread.isAllowed)
    )
    func tooLong() throws {
        let outcome = NamespaceThread.run(mtu: 1_000) {
            let socket = try OpenSocket(Self.loopback)
            let receivers = try (0..<3).map { _ in try OpenSocket(Self.loopback) }
            let names = receivers.map { SocketAddress(Self.loopback, $0.port) }
            let local: (high: UInt64, low: UInt64) = (0, 0x0100_007F)
            let batch = Outbox(through: socket.number)
            for round in 0..<3 {
                // In the middle of the batch, and with a local address.
                let small = (0..<3).map { datagram($0, 500) }
                let large = (0..<4).map { datagram($0, 1_200) }
                for bytes in small { batch.append(bytes, to: names[0].name) }
                for bytes in large { batch.append(bytes, to: names[1].name, from: local) }
                for bytes in small { batch.append(bytes, to: names[2].name, from: local) }
                let flushed = batch.flush()
                #expect(flushed.failed == 0)
                // The refusal holds for the way, whatever the port: afterwards nothing joins there.
                #expect(flushed.joined == (round == 0 ? 6 : 0))
                #expect(receiveAll(receivers[0]) == small)
                #expect(receiveAll(receivers[1]) == large)
                #expect(receiveAll(receivers[2]) == small)
            }
        }
        try outcome.get()
    }

    @Test(
        "Only a refusal of the joining is remembered, for its place alone",
        arguments: [(EINVAL, true), (EMSGSIZE, true), (EIO, true), (EAGAIN, false), (ENOBUFS, false), (EPERM, false)]
    )
    func refusals(code: Int32, isRemembered: Bool) {
        var refusals = JoinRefusals(mayJoin: true)
        defer { refusals.deallocate() }
        let here = SocketAddress([192, 0, 2, 1], 1)
        let samePlace = SocketAddress([192, 0, 2, 1], 2)
        let elsewhere = SocketAddress([192, 0, 2, 2], 1)
        let six = SocketAddress([0x20, 1] + [UInt8](repeating: 0, count: 13) + [1], 1)
        #expect(refusals.isEmpty)
        refusals.note(here.name, isIPv4: true, code)
        refusals.note(six.name, isIPv4: false, code)
        #expect(refusals.isEmpty == !isRemembered)
        #expect(refusals.contains(here.name, isIPv4: true) == isRemembered)
        #expect(refusals.contains(samePlace.name, isIPv4: true) == isRemembered)
        #expect(refusals.contains(six.name, isIPv4: false) == isRemembered)
        #expect(!refusals.contains(elsewhere.name, isIPv4: true))
    }

    @Test("Why the kernel refused a datagram is told, of single ones and of joined ones", arguments: [1, 3])
    func lastError(count: Int) throws {
        let socket = try OpenSocket([0, 0, 0, 0])
        // Nobody may send there who has not asked for it (SO_BROADCAST).
        let name = SocketAddress([255, 255, 255, 255], 9)
        let batch = Outbox(through: socket.number)
        for number in 0..<count { batch.append(datagram(number, 100), to: name.name) }
        let totals = batch.flush()
        #expect(totals.failed == count)
        #expect([EACCES, ENETUNREACH].contains(totals.lastError))
        let receiver = try OpenSocket(Self.loopback)
        let reachable = SocketAddress(Self.loopback, receiver.port)
        batch.append(datagram(0, 100), to: reachable.name)
        #expect(batch.flush().lastError == 0)
    }
}
