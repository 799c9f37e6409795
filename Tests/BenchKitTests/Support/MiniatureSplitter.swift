import Foundation
import Glibc
import Synchronization

/// A UDP proxy as nginx's stream module is one: each client of a port gets a socket of its own towards that port's host.
final class MiniatureSplitter: Sendable {
    /// The first port for clients, and the first port that hosts are expected on.
    let clientPort: UInt16
    let hostPort: UInt16
    private let sockets: [TestSocket]
    private let isStopped = Atomic<Bool>(false)
    private let hasEnded = DispatchSemaphore(value: 0)

    /// - Parameter mixesSessions: sends the first session's clients to the second one's host.
    init(sessions: Int, mixesSessions: Bool = false) {
        sockets = TestSocket.row(sessions)
        clientPort = sockets[0].port
        let hosts = TestSocket.row(sessions)
        hostPort = hosts[0].port
        for host in hosts { close(host.descriptor) }
        Thread.detachNewThread { [self] in
            serve(mixesSessions)
            hasEnded.signal()
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        hasEnded.wait()
        for socket in sockets { close(socket.descriptor) }
    }

    private struct Client: Hashable {
        let session: Int
        let port: UInt16
    }

    private func serve(_ mixesSessions: Bool) {
        var upstreams: [Client: TestSocket] = [:]
        while !isStopped.load(ordering: .relaxed) {
            TestSocket.wait(for: sockets + upstreams.values)
            for (session, socket) in sockets.enumerated() {
                while let (bytes, port) = socket.receive() {
                    let client = Client(session: session, port: port)
                    guard let upstream = upstreams[client] ?? TestSocket() else { continue }
                    upstreams[client] = upstream
                    let host = mixesSessions && session == 0 ? 1 : session
                    upstream.send(bytes, to: hostPort + UInt16(host))
                }
            }
            for (client, upstream) in upstreams {
                while let (bytes, _) = upstream.receive() { sockets[client.session].send(bytes, to: client.port) }
            }
        }
        for upstream in upstreams.values { close(upstream.descriptor) }
    }
}
