/// The seam between the load generator and what it speaks: how datagrams look on the wire, and nothing else.
///
/// Schedules, payloads, checks and figures are the same for every protocol. All functions are static and run for every
/// datagram, so the engine is specialised for each protocol.
package protocol DatagramProtocol: SendableMetatype {
    /// What an endpoint proves itself with.
    associatedtype Credentials: BitwiseCopyable & Sendable

    /// Bytes of the longest header in front of a payload, in either direction.
    static var longestHeader: Int { get }

    /// Bytes of the longest message that carries no payload.
    static var longestMessage: Int { get }

    /// Which socket a session's host sits at.
    static var hostSocket: HostSocket { get }

    /// Whether players prove themselves by keep-alives; without, hosts need no acceptance.
    static var hasKeepAlives: Bool { get }

    /// Requests that must be answered before a client can send its first payload.
    static var setupSteps: UInt32 { get }

    /// The credentials of a session's user; user 0 is the host, client k is user k + 1.
    static func credentials(ofUser user: Int, in session: BenchSession) -> Credentials

    /// The UDP port that a role talks to, or that a host with a fixed port waits on.
    static func port(of role: PlayerRole, in session: BenchSession) -> UInt16

    /// Writes what goes before a payload of `size` bytes and returns its length; `peer` matters to hosts only.
    /// Room: `longestHeader`.
    static func writeHeader(
        role: PlayerRole,
        credentials: Credentials,
        peer: Int64,
        size: Int,
        into bytes: UnsafeMutableRawPointer
    ) -> Int

    /// Writes a keep-alive and returns its length. Room: `longestMessage`.
    static func writeKeepAlive(credentials: Credentials, into bytes: UnsafeMutableRawPointer) -> Int

    /// Writes a client's request of a set-up step, 0 ..< `setupSteps`, and returns its length. Room: `longestMessage`.
    static func writeSetup(
        _ transaction: SetupTransaction,
        host: IPv4Endpoint,
        into bytes: UnsafeMutableRawPointer
    ) -> Int

    /// Writes what undoes a client's set-up and returns its length, 0 for nothing. Room: `longestMessage`.
    static func writeFarewell(_ transaction: SetupTransaction, into bytes: UnsafeMutableRawPointer) -> Int

    /// Says what a datagram that reached `role` is; `source` is the packed ``IPv4Endpoint`` it came from where the
    /// socket is not connected, else 0.
    static func read(_ datagram: UnsafeRawBufferPointer, role: PlayerRole, source: Int64) -> Arrival

    /// Whether the protocol allows this id for a peer.
    static func isAllowed(peer: Int64) -> Bool
}

extension DatagramProtocol {
    package static var setupSteps: UInt32 { 0 }

    package static func writeSetup(
        _ transaction: SetupTransaction,
        host: IPv4Endpoint,
        into bytes: UnsafeMutableRawPointer
    ) -> Int { 0 }

    package static func writeFarewell(_ transaction: SetupTransaction, into bytes: UnsafeMutableRawPointer) -> Int { 0 }
}

/// Which socket a session's host sits at.
package enum HostSocket: Sendable {
    /// One that talks only to the forwarder.
    case connected
    /// One that hears everybody, on a port that the kernel picks; it answers to where it was spoken to from.
    case anyPort
    /// The same, on the session's server port.
    case sessionPort
}

/// Names a request of a client's set-up, so that its answer can be told.
package struct SetupTransaction: BitwiseCopyable, Sendable, Equatable {
    package var run: UInt32
    /// The client among the players of its thread.
    package var player: UInt32
    package var step: UInt32

    package init(run: UInt32, player: UInt32, step: UInt32) {
        self.run = run
        self.player = player
        self.step = step
    }
}

/// Who a player is within its session.
package enum PlayerRole: Sendable {
    case host
    case client
}

/// What a received datagram is, before its payload is looked at.
package enum Arrival: Equatable, Sendable {
    /// A payload that begins at `offset`; `peer` is the sender's id where a host received it, else 0.
    case payload(offset: Int, peer: Int64)
    /// The answer to a keep-alive: whether the relay knows the sender and all is well.
    case keepAliveAnswer(isValid: Bool)
    /// The answer to a set-up request; `error` is 0 for a success, else the server's code.
    case setupAnswer(SetupTransaction, error: Int)
    /// Nothing that the protocol sends to this role.
    case unexpected
}
