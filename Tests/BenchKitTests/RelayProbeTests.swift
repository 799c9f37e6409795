import BenchKit
import Foundation
import Glibc
import Testing

@Suite("Probe", .timeLimit(.minutes(10)))
struct RelayProbeTests {
    private let probe = RelayProbe(attempts: 3, interval: .seconds(1))

    /// Answers the second datagram that comes to a new loopback port, then closes it.
    private func address(answering answer: [UInt8]?) throws -> (UDPAddress, close: () -> Void) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | getsockname(descriptor, $0, &length)
            }
        }
        try #require(status == 0)
        if let answer {
            Thread.detachNewThread {
                var bytes = [UInt8](repeating: 0, count: 64)
                var pings: [[UInt8]] = []
                while pings.count < 2 {
                    var sender = sockaddr_in()
                    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                    withUnsafeMutablePointer(to: &sender) {
                        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            let count = recvfrom(descriptor, &bytes, bytes.count, 0, $0, &length)
                            pings.append(Array(bytes[0..<max(0, count)]))
                            // Only the same guess twice is a PING that a relay does not count.
                            if pings.count == 2, pings[0] == pings[1], count == 9, bytes[8] == 1 {
                                sendto(descriptor, answer, answer.count, 0, $0, length)
                            }
                        }
                    }
                }
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let resolved = try UDPAddress.resolve(host: "127.0.0.1", port: port)
        return (try #require(resolved.first), { close(descriptor) })
    }

    @Test("The answer to strangers means reachable, also when only a later PING gets it")
    func answered() throws {
        let (address, close) = try address(answering: [1, 3])
        defer { close() }
        let finding = probe.probe(address)
        #expect(finding.isReachable)
        #expect(finding.text.hasPrefix("reachable"))
    }

    @Test("Any other answer is no relay", arguments: [[1, 2], [1, 3, 0], [9], []] as [[UInt8]])
    func strange(answer: [UInt8]) throws {
        let (address, close) = try address(answering: answer)
        defer { close() }
        #expect(probe.probe(address) == .strange(length: answer.count))
    }

    @Test("Silence is told apart from a closed port")
    func silentOrClosed() throws {
        let (address, close) = try address(answering: nil)
        #expect(probe.probe(address) == .silent)
        close()
        #expect(probe.probe(address) == .refused)
    }
}
