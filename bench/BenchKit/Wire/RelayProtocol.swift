/// The relay's UDP protocol as game clients speak it, written from the wire page alone.
///
/// It shares no code with the relay, so that a mistake in one cannot hide behind the same mistake in the other.
/// All integers are little-endian:
///
///     player → relay, PING   user token (4)  session token (4)  1
///     relay → player         1  state
///     client → relay, DATA   user token (4)  session token (4)  2  payload
///     relay → host, DATA     2  connection id (4)  payload
///     host → relay, DATA     user token (4)  session token (4)  2  connection id (4)  payload
///     relay → client, DATA   2  payload
package enum RelayProtocol: DatagramProtocol {
    /// The two tokens that stand in front of all that a player sends.
    package struct Credentials: BitwiseCopyable, Sendable, Equatable {
        package var user: UInt32
        package var session: UInt32

        package init(user: UInt32, session: UInt32) {
            self.user = user
            self.session = session
        }
    }

    /// The state byte of a PING reply that says that all is well.
    package static let validState: UInt8 = 2
    /// The state byte of a PING reply to unknown tokens.
    package static let invalidState: UInt8 = 3
    package static let longestHeader = 13
    package static let longestMessage = 9
    package static let hostSocket = HostSocket.connected
    package static let hasKeepAlives = true

    private static let ping: UInt8 = 1
    private static let data: UInt8 = 2

    package static func credentials(ofUser user: Int, in session: BenchSession) -> Credentials {
        Credentials(user: session.userTokens[user], session: session.sessionToken)
    }

    package static func port(of role: PlayerRole, in session: BenchSession) -> UInt16 {
        role == .host ? session.serverPort : session.clientPort
    }

    package static func writeHeader(
        role: PlayerRole,
        credentials: Credentials,
        peer: Int64,
        size: Int,
        into bytes: UnsafeMutableRawPointer
    ) -> Int {
        writeTokens(credentials, type: data, into: bytes)
        guard role == .host else { return 9 }
        let id = Int32(truncatingIfNeeded: peer)
        bytes.storeBytes(of: id.littleEndian, toByteOffset: 9, as: Int32.self)
        return 13
    }

    package static func writeKeepAlive(credentials: Credentials, into bytes: UnsafeMutableRawPointer) -> Int {
        writeTokens(credentials, type: ping, into: bytes)
        return 9
    }

    package static func read(_ datagram: UnsafeRawBufferPointer, role: PlayerRole, source: Int64) -> Arrival {
        guard datagram.count >= 2 else { return .unexpected }
        switch datagram[0] {
        case ping where datagram.count == 2:
            return .keepAliveAnswer(isValid: datagram[1] == validState)
        case data where role == .client:
            return .payload(offset: 1, peer: 0)
        case data where datagram.count > 5:
            let id = Int32(littleEndian: datagram.loadUnaligned(fromByteOffset: 1, as: Int32.self))
            return .payload(offset: 5, peer: Int64(id))
        default:
            return .unexpected
        }
    }

    /// 0 is never a connection id: two of the shipped transports drop it, the third takes it for the host itself.
    package static func isAllowed(peer: Int64) -> Bool { peer != 0 }

    @inline(__always)
    private static func writeTokens(_ credentials: Credentials, type: UInt8, into bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: credentials.user.littleEndian, toByteOffset: 0, as: UInt32.self)
        bytes.storeBytes(of: credentials.session.littleEndian, toByteOffset: 4, as: UInt32.self)
        bytes.storeBytes(of: type, toByteOffset: 8, as: UInt8.self)
    }
}
