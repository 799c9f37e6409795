import AllocationCounter
import Foundation
import RelayCore
import RelayPlane
import TestSupport

/// Datagrams over loopback through a whole plane, and how often its worker allocated meanwhile.
struct PlaneCheck {
    static let datagrams = 100_000
    private static let session: UInt32 = 11

    static func run() async throws -> (allocations: UInt64, forwarded: Int) {
        guard let bind = PeerAddress(bytes: [127, 0, 0, 1]) else { fatalError("not an address") }
        let settings = PlaneSettings(bind: bind, ports: .shared(PortPair(server: 0, client: 0)))
        let plane = try RelayPlane(settings, onEvent: { _ in }, onFailure: { fatalError($0) })
        let users = (1...2).map { UserPlan(userToken: $0, connectionID: Int32($0)) }
        try await plane.add(SessionPlan(sessionToken: session, users: users, rejoinIDs: 1 << 20..<1 << 21))
        let ports = plane.ports(of: .shared)
        let host = try LoopbackPlayer(to: ([127, 0, 0, 1], ports.server))
        let client = try LoopbackPlayer(to: ([127, 0, 0, 1], ports.client))
        guard let worker = thread(named: "relay-0") else { fatalError("there is no thread relay-0") }
        try send(2_000, host, client)
        let before = allocation_counter_of(worker)
        let forwarded = try send(datagrams, host, client)
        let allocations = allocation_counter_of(worker) - before
        plane.stop()
        return (allocations, forwarded)
    }

    /// Both directions, PINGs and wrong tokens, never more under way than a socket's buffer holds.
    @discardableResult
    private static func send(_ count: Int, _ host: LoopbackPlayer, _ client: LoopbackPlayer) throws -> Int {
        let ping = Datagrams.ping(user: 1, session: session)
        let up = Datagrams.clientData(user: 2, session: session, [UInt8](repeating: 5, count: 100))
        let down = Datagrams.hostData(user: 1, session: session, to: 2, [UInt8](repeating: 6, count: 100))
        let wrong = Datagrams.ping(user: 3, session: session)
        var received = 0
        for _ in 0..<count / 64 {
            try host.send(ping)
            try client.send(wrong)
            for _ in 0..<31 {
                try client.send(up)
                try host.send(down)
            }
            while host.receive(within: received == 0 ? 500 : 1) != nil { received += 1 }
            while client.receive(within: 1) != nil { received += 1 }
        }
        return received
    }

    /// The kernel's id of a thread of this process.
    private static func thread(named name: String) -> pid_t? {
        let tasks = "/proc/self/task"
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        let found = ids.first { id in
            let text = try? String(contentsOfFile: "\(tasks)/\(id)/comm", encoding: .utf8)
            return text?.trimmingCharacters(in: .whitespacesAndNewlines) == name
        }
        return found.flatMap { pid_t($0) }
    }
}
