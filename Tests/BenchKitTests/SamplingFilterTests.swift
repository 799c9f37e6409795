import Glibc
import Testing

@testable import BenchKit

@Suite("Sampled sockets")
struct SamplingFilterTests {
    /// Sends `count` datagrams of `size` bytes to a filtered socket; says how many were read and how many counted.
    private func send(_ count: Int, size: Int, oneIn divisor: Int) throws -> (read: Int, dropped: Int) {
        let receiver = try UDPSocket.open(boundTo: .loopback(), bufferBytes: 4 << 20, stamps: false)
        defer { close(receiver) }
        try SamplingFilter.attach(to: receiver, oneIn: divisor)
        let sender = try #require(TestSocket())
        defer { close(sender.descriptor) }
        let port = try UDPSocket.localEndpoint(of: receiver).port
        let before = UDPSocket.drops(of: receiver)
        var read = 0
        let bytes = [UInt8](repeating: 7, count: size)
        var batch = ReceiveBatch()
        for number in 0..<count {
            sender.send(bytes, to: port)
            // Read often: what a full queue dropped would be counted as filtered.
            if number % 16 == 15 { read += max(0, batch.receive(from: receiver)) }
        }
        while true {
            let more = batch.receive(from: receiver)
            guard more > 0 else { break }
            read += more
        }
        return (read, Int(UDPSocket.drops(of: receiver) &- before))
    }

    @Test("Every datagram is read or counted, and one in N is read", arguments: [2, 4, 64])
    func counts(divisor: Int) throws {
        let (read, dropped) = try send(10_000, size: 120, oneIn: divisor)
        #expect(read + dropped == 10_000)
        // Six standard deviations of a binomial count: a false alarm once in 500 million runs.
        let share = 1 / Double(divisor)
        let spread = 6 * (10_000 * share * (1 - share)).squareRoot()
        #expect(abs(Double(read) - 10_000 * share) < spread, "\(read)")
    }

    @Test("Datagrams too short for a payload always pass, the shortest payload does not")
    func short() throws {
        let keepAlives = try send(500, size: 2, oneIn: 1000)
        #expect(keepAlives.read == 500)
        #expect(keepAlives.dropped == 0)
        #expect(try send(500, size: 31, oneIn: 1000).read == 500)
        #expect(try send(500, size: 32, oneIn: 1000).read < 20)
    }

    @Test("A datagram that passes is whole")
    func whole() throws {
        let receiver = try UDPSocket.open(boundTo: .loopback(), bufferBytes: 1 << 20, stamps: false)
        defer { close(receiver) }
        try SamplingFilter.attach(to: receiver, oneIn: 1)
        let sender = try #require(TestSocket())
        defer { close(sender.descriptor) }
        let bytes = (0..<1200).map { UInt8(truncatingIfNeeded: $0) }
        sender.send(bytes, to: try UDPSocket.localEndpoint(of: receiver).port)
        var batch = ReceiveBatch(takesSources: true)
        #expect(batch.receive(from: receiver) == 1)
        #expect(Array(batch.datagram(0)) == bytes)
        #expect(IPv4Endpoint(packed: batch.source(0)) == IPv4Endpoint(address: 0x7F00_0001, port: sender.port))
    }
}
