/// Bare payloads, for forwarders that join ports and know nothing of players (nginx's `stream` module).
///
/// Clients send to their session's port. The forwarder gives each client an upstream address of its own and sends to the
/// host's port from it, so that address is the client's id, and what the host sends there goes back to the client.
package enum PlainProtocol: DatagramProtocol {
    /// Nobody proves anything.
    package struct Credentials: BitwiseCopyable, Sendable {}

    package static let longestHeader = 0
    package static let longestMessage = 0
    package static let hostSocket = HostSocket.sessionPort
    package static let hasKeepAlives = false

    package static func credentials(ofUser user: Int, in session: BenchSession) -> Credentials { Credentials() }

    package static func port(of role: PlayerRole, in session: BenchSession) -> UInt16 {
        role == .host ? session.serverPort : session.clientPort
    }

    package static func writeHeader(
        role: PlayerRole,
        credentials: Credentials,
        peer: Int64,
        size: Int,
        into bytes: UnsafeMutableRawPointer
    ) -> Int { 0 }

    package static func writeKeepAlive(credentials: Credentials, into bytes: UnsafeMutableRawPointer) -> Int { 0 }

    package static func read(_ datagram: UnsafeRawBufferPointer, role: PlayerRole, source: Int64) -> Arrival {
        datagram.isEmpty ? .unexpected : .payload(offset: 0, peer: role == .host ? source : 0)
    }

    package static func isAllowed(peer: Int64) -> Bool { peer != 0 }
}
