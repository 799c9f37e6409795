/// A client behind a TURN server (RFC 8656) over UDP without credentials, and a host that knows nothing of TURN.
///
/// A client allocates a relayed address, binds one channel to its host, which also lets the host's datagrams in, and
/// from then on both ways are ChannelData (section 12.4), big-endian:
///
///     client ↔ server   channel (2)  length (2)  payload
///     server ↔ host     payload, from and to the client's relayed address
package enum TurnProtocol: DatagramProtocol {
    /// The server takes everybody.
    package struct Credentials: BitwiseCopyable, Sendable {}

    package static let longestHeader = 4
    package static let longestMessage = 40
    package static let hostSocket = HostSocket.anyPort
    package static let hasKeepAlives = false
    /// Allocate, then ChannelBind.
    package static let setupSteps: UInt32 = 2

    /// The first channel that there is (section 12); a client needs one.
    private static let channel: UInt16 = 0x4000
    /// UDP's protocol number, in the first byte of REQUESTED-TRANSPORT (section 18.7).
    private static let udp: UInt32 = 17 << 24

    package static func credentials(ofUser user: Int, in session: BenchSession) -> Credentials { Credentials() }

    package static func port(of role: PlayerRole, in session: BenchSession) -> UInt16 { session.clientPort }

    package static func writeHeader(
        role: PlayerRole,
        credentials: Credentials,
        peer: Int64,
        size: Int,
        into bytes: UnsafeMutableRawPointer
    ) -> Int {
        guard role == .client else { return 0 }
        bytes.storeBytes(of: channel.bigEndian, toByteOffset: 0, as: UInt16.self)
        bytes.storeBytes(of: UInt16(truncatingIfNeeded: size).bigEndian, toByteOffset: 2, as: UInt16.self)
        return 4
    }

    package static func writeKeepAlive(credentials: Credentials, into bytes: UnsafeMutableRawPointer) -> Int { 0 }

    package static func writeSetup(
        _ transaction: SetupTransaction,
        host: IPv4Endpoint,
        into bytes: UnsafeMutableRawPointer
    ) -> Int {
        // The same id for every attempt of a step: to the server a repetition is a retransmission.
        let id = Stun.Transaction(transaction.run, transaction.player, transaction.step)
        if transaction.step == 0 {
            var message = StunWriter(.allocate, .request, id, into: bytes)
            message.add(.requestedTransport, udp)
            return message.count
        }
        var message = StunWriter(.channelBind, .request, id, into: bytes)
        message.add(.channelNumber, UInt32(channel) << 16)
        message.add(.xorPeerAddress, host)
        return message.count
    }

    /// A Refresh with a lifetime of 0 deletes the allocation (section 7.2). Else the next player that the kernel gives
    /// this port would meet it and be refused with 437, for ten minutes.
    package static func writeFarewell(_ transaction: SetupTransaction, into bytes: UnsafeMutableRawPointer) -> Int {
        let id = Stun.Transaction(transaction.run, transaction.player, setupSteps)
        var message = StunWriter(.refresh, .request, id, into: bytes)
        message.add(.lifetime, 0)
        return message.count
    }

    package static func read(_ datagram: UnsafeRawBufferPointer, role: PlayerRole, source: Int64) -> Arrival {
        if role == .host { return datagram.isEmpty ? .unexpected : .payload(offset: 0, peer: source) }
        guard datagram.count > 4 else { return .unexpected }
        let first = UInt16(bigEndian: datagram.loadUnaligned(fromByteOffset: 0, as: UInt16.self))
        if first == channel {
            let length = UInt16(bigEndian: datagram.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            // Over UDP nothing is padded (section 12.5).
            return Int(length) == datagram.count - 4 ? .payload(offset: 4, peer: 0) : .unexpected
        }
        guard let message = StunReader(datagram) else { return .unexpected }
        let id = message.transaction.words
        let transaction = SetupTransaction(run: id.0, player: id.1, step: id.2)
        switch message.messageClass {
        case .success: return .setupAnswer(transaction, error: 0)
        case .error: return .setupAnswer(transaction, error: message.errorCode ?? 500)
        case .request, .indication: return .unexpected
        }
    }

    package static func isAllowed(peer: Int64) -> Bool { peer != 0 }
}
