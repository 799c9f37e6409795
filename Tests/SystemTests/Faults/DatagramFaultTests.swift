import Foundation
import Glibc
import Synchronization
import Testing

/// The kernel takes no more datagrams, on the way in or out.
@Suite(.showsLogOnFailure, .serialized) struct DatagramFaultTests {
    @Test("What a full receive queue loses while the daemon stands still is counted to the datagram")
    func overflow() throws {
        try withDaemon(["relay.workers=1"]) { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try expectBothWays(host, client, id: 2)
            let before = try daemon.metrics()
            let payload = [UInt8](repeating: 7, count: 1_000)
            let sent = 40_000
            daemon.signal(SIGSTOP)
            for _ in 0..<sent { try client.data(payload) }
            daemon.signal(SIGCONT)
            var lost = 0
            var received = 0
            let isExact = try holds(within: .seconds(30), every: .milliseconds(100)) {
                let now = try daemon.metrics()
                func difference(_ name: String) -> Int { now.sum(name) - before.sum(name) }
                lost = difference("causeway_queue_overflows_total")
                received = difference("causeway_received_datagrams_total")
                return lost > 0 && lost + received == sent
            }
            #expect(isExact, "\(sent) sent, \(received) received, \(lost) counted as lost")
            try host.drain()
            try expectBothWays(host, client, id: 2)
            figure("receive queue: \(sent) sent, \(received) received, \(lost) counted as lost")
        }
    }

    @Test(
        "Datagrams that the kernel refuses to send are counted, and those before and after arrive",
        .enabled(if: FailingCalls.obstacle == nil, Comment(rawValue: FailingCalls.obstacle ?? "")),
        arguments: ["ENOBUFS", "EAGAIN", "EPERM"]
    )
    func refused(error: String) throws {
        try withDaemon(["relay.workers=1"]) { daemon in
            let sessions = [try daemon.api.createSession(), try daemon.api.createSession()]
            let pairs = try sessions.map { (host: try $0.boundHost(), client: try $0.boundClient()) }
            let before = try daemon.drops(.sendError)
            let fault = try FailingCalls(of: daemon, "sendmmsg:error=\(error):when=3+5")
            let rounds = 100
            var arrived = 0
            for round in 0..<rounds {
                for pair in pairs { try pair.client.data("round \(round)") }
                for pair in pairs {
                    // Answered last: when the answer is here, or lost, the round's datagrams have gone through.
                    while case .dataFrom? = try pair.host.receive(within: .milliseconds(20)) { arrived += 1 }
                }
            }
            for pair in pairs { arrived += try pair.host.drain(quiet: .seconds(1)).count }
            fault.end()
            let refused = 2 * rounds - arrived
            #expect(refused > 0, "some were refused")
            #expect(arrived > refused, "the others arrived")
            var counted = 0
            _ = try holds(within: .seconds(20)) {
                counted = try daemon.drops(.sendError) - before
                return counted == refused
            }
            #expect(counted == refused, "of those that did not arrive")
            #expect(
                holds(within: .seconds(10)) { daemon.log.contains("the last one with \(error): ") },
                "\(daemon.logTail)"
            )
            for pair in pairs { try expectBothWays(pair.host, pair.client, id: 2) }
            figure("\(error): \(fault.count) calls failed, \(refused) of \(2 * rounds) datagrams lost and counted")
        }
    }
}
