import BenchKit
import Foundation
import Glibc
import Synchronization

/// What a miniature relay does wrong, once.
enum RelayFault: Sendable, Equatable {
    case none
    /// With one of the measured datagrams:
    case drop, flipBit, shorten, repeatIt, toOtherClient, toOtherSession, otherID, zeroID
    /// Once, unasked:
    case sendGarbage, answerPingWithTimeout
    /// For 300 ms: read nothing, or close both ports.
    case pause, closePorts
    /// All the time:
    case ignorePings, ignoreClients
}

/// A relay in the plainest possible code, for one test: one thread, blocking sockets, a dictionary of addresses.
///
/// Session k has token 1000 + k, its user u the token 1 + u and the connection id u.
final class MiniatureRelay: SessionProvider {
    private let sockets: [Int32]
    private let ports: [UInt16]
    private let fault: RelayFault
    private let isStopped = Atomic<Bool>(false)
    private let hasEnded = DispatchSemaphore(value: 0)
    private let deleted = Mutex<[String]>([])

    init(_ fault: RelayFault = .none) {
        self.fault = fault
        let bound = [MiniatureRelay.bind(), MiniatureRelay.bind()]
        sockets = bound.map(\.socket)
        ports = bound.map(\.port)
        Thread.detachNewThread { [self] in
            forward()
            hasEnded.signal()
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        hasEnded.wait()
        for socket in sockets { close(socket) }
    }

    var deletedSessions: [String] { deleted.withLock { $0 } }

    func createSessions(count: Int, users: Int) async throws -> [BenchSession] {
        (0..<count).map { session in
            BenchSession(
                id: "session-\(session)",
                sessionToken: UInt32(1000 + session),
                userTokens: (0..<users).map { UInt32(1 + $0) },
                relayIP: "127.0.0.1",
                relayHost: "localhost",
                serverPort: ports[0],
                clientPort: ports[1]
            )
        }
    }

    func deleteSessions(_ sessions: [BenchSession]) async -> Int {
        deleted.withLock { $0 += sessions.map(\.id) }
        return 0
    }

    private struct Player: Hashable {
        let session: UInt32
        let user: UInt32
    }

    private func forward() {
        var addresses: [Player: sockaddr_in6] = [:]
        var bytes = [UInt8](repeating: 0, count: 2048)
        var measured = 0
        var pings = 0
        while !isStopped.load(ordering: .relaxed) {
            var ready = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&ready, 2, 20)
            for side in 0..<2 where ready[side].revents != 0 {
                var sender = sockaddr_in6()
                let count = receive(sockets[side], &bytes, &sender)
                guard count >= 9 else { continue }
                let isFromHost = side == 0
                let player = Player(session: word(bytes, 4), user: word(bytes, 0))
                addresses[player] = sender
                if bytes[8] == 1 {
                    pings += 1
                    if fault == .ignorePings { continue }
                    send([1, fault == .answerPingWithTimeout && pings == 20 ? 4 : 2], from: side, to: sender)
                    continue
                }
                if fault == .ignoreClients, !isFromHost { continue }
                var payload = Array(bytes[(isFromHost ? 13 : 9)..<count])
                var target = Player(session: player.session, user: isFromHost ? word(bytes, 9) + 1 : 1)
                var id = player.user - 1
                var copies = 1
                if payload[10] == 0xA1 || payload[10] == 0xA2 { measured += 1 }
                if measured == 150, payload[10] == (isFromHost ? 0xA2 : 0xA1) {
                    switch fault {
                    case .drop: copies = 0
                    case .flipBit: payload[77] ^= 0x10
                    case .shorten: payload.removeLast()
                    case .repeatIt: copies = 2
                    case .toOtherSession: target = Player(session: 2001 - target.session, user: target.user)
                    case .sendGarbage: send([7, 7, 7], from: side, to: sender)
                    case .pause: usleep(300_000)
                    case .closePorts: closePorts()
                    case .toOtherClient, .otherID, .zeroID:
                        // These need a direction of their own; wait for it.
                        guard isFromHost == (fault == .toOtherClient) else {
                            measured -= 1
                            break
                        }
                        if fault == .toOtherClient {
                            target = Player(session: target.session, user: 2 + target.user % 3)
                        }
                        if fault == .otherID { id += 50 }
                        if fault == .zeroID { id = 0 }
                    default: break
                    }
                }
                guard let address = addresses[target] else { continue }
                let header: [UInt8] = isFromHost ? [2] : [2] + withUnsafeBytes(of: id.littleEndian) { Array($0) }
                for _ in 0..<copies { send(header + payload, from: 1 - side, to: address) }
            }
        }
    }

    /// Puts sockets on other ports in the place of the two, and then new ones on their own.
    private func closePorts() {
        for socket in sockets {
            let other = MiniatureRelay.bind().socket
            dup2(other, socket)
            close(other)
        }
        usleep(300_000)
        for (socket, port) in zip(sockets, ports) {
            let again = MiniatureRelay.bind(port: port).socket
            dup2(again, socket)
            close(again)
        }
    }

    private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) }
    }

    private func receive(_ socket: Int32, _ bytes: inout [UInt8], _ sender: inout sockaddr_in6) -> Int {
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return withUnsafeMutablePointer(to: &sender) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(socket, &bytes, bytes.count, 0, $0, &length)
            }
        }
    }

    private func send(_ bytes: [UInt8], from side: Int, to address: sockaddr_in6) {
        withUnsafePointer(to: address) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(sockets[side], bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    /// A socket for both IP versions; port 0 lets the kernel pick one.
    private static func bind(port: UInt16 = 0) -> (socket: Int32, port: UInt16) {
        let descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
        var no: Int32 = 0
        setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &no, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                guard Glibc.bind(descriptor, $0, length) == 0, getsockname(descriptor, $0, &length) == 0 else {
                    fatalError("cannot bind a UDP socket: \(String(cString: strerror(errno)))")
                }
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin6_port))
    }
}
