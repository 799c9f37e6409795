/// The seam between the load generator and what it speaks: how datagrams look on the wire, and nothing else.
///
/// Schedules, payloads, checks and figures are the same for every protocol. All functions are static and run for every
/// datagram, so the engine is specialised for each protocol.
package protocol DatagramProtocol: SendableMetatype {
    /// What an endpoint proves itself with.
    associatedtype Credentials: BitwiseCopyable & Sendable

    /// Bytes of the longest header in front of a payload, in either direction.
    static var longestHeader: Int { get }

    /// The credentials of a session's user; user 0 is the host, client k is user k + 1.
    static func credentials(ofUser user: Int, in session: BenchSession) -> Credentials

    /// The UDP port that a role talks to.
    static func port(of role: PlayerRole, in session: BenchSession) -> UInt16

    /// Writes what goes before a payload and returns its length; `peer` matters to hosts only. Room: `longestHeader`.
    static func writeHeader(
        role: PlayerRole,
        credentials: Credentials,
        peer: Int64,
        into bytes: UnsafeMutableRawPointer
    ) -> Int

    /// Writes a keep-alive and returns its length. Room: `longestHeader`.
    static func writeKeepAlive(credentials: Credentials, into bytes: UnsafeMutableRawPointer) -> Int

    /// Says what a datagram that reached `role` is.
    static func read(_ datagram: UnsafeRawBufferPointer, role: PlayerRole) -> Arrival

    /// Whether the protocol allows this id for a peer.
    static func isAllowed(peer: Int64) -> Bool
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
    /// Nothing that the protocol sends to this role.
    case unexpected
}
