internal import CPrefetch
public import RelayWire

/// Where `process` looks first for what a datagram names, found out before its turn. A guess is checked like anything else:
/// a wrong or a missing one costs time and nothing more.
@frozen
public struct LookAhead: Sendable {
    /// The sender's slot, or -1.
    var user: Int32
    /// The slot of the client that a host's datagram is for, or -1.
    var receiver: Int32

    /// Nothing is known.
    public static var none: LookAhead { LookAhead(user: -1, receiver: -1) }
}

extension RelayEngine {
    /// Most datagrams of a batch.
    public static var longestLookAhead: Int { 64 }

    /// Fetches the lines of the tables that a batch will need, all at once instead of one after the other: with thousands of
    /// users a line is in no near cache, and each pass below lets the processor wait for all of them together.
    ///
    /// - Parameters:
    ///   - datagrams: as received; `length` bytes of each are readable.
    ///   - count: at most `longestLookAhead`.
    ///   - guesses: room for `count` guesses, to be handed to `process` with the datagram at the same place.
    public mutating func lookAhead(
        _ datagrams: UnsafePointer<DatagramBytes>,
        count: Int,
        role: PortRole,
        into guesses: UnsafeMutablePointer<LookAhead>
    ) {
        for index in 0..<count where datagrams[index].length >= Wire.clientHeaderLength {
            credentialsIndex.prefetch(hash(datagrams[index].credentials.rawValue))
        }
        for index in 0..<count {
            guesses[index] = .none
            guard datagrams[index].length >= Wire.clientHeaderLength else { continue }
            let user = credentialsIndex.guess(hash(datagrams[index].credentials.rawValue))
            guesses[index].user = Int32(truncatingIfNeeded: user)
            if user >= 0 { cprefetch_line(users + user) }
        }
        for index in 0..<count where guesses[index].user >= 0 {
            cprefetch_line(sessions + users[Int(guesses[index].user)].session)
        }
        switch role {
        case .client: break
        case .server: lookAheadForReceivers(datagrams, count: count, guesses)
        }
    }

    /// The two more lines that a host's datagram needs: its receiver's place in the index, and the receiver.
    @inline(__always)
    private mutating func lookAheadForReceivers(
        _ datagrams: UnsafePointer<DatagramBytes>,
        count: Int,
        _ guesses: UnsafeMutablePointer<LookAhead>
    ) {
        for index in 0..<count where guesses[index].user >= 0 && datagrams[index].length > Wire.hostHeaderLength {
            connectionIndex.prefetch(receiverHash(datagrams[index], guesses[index]))
        }
        for index in 0..<count where guesses[index].user >= 0 && datagrams[index].length > Wire.hostHeaderLength {
            let receiver = connectionIndex.guess(receiverHash(datagrams[index], guesses[index]))
            guesses[index].receiver = Int32(truncatingIfNeeded: receiver)
            if receiver >= 0 { cprefetch_line(users + receiver) }
        }
    }

    @inline(__always)
    private mutating func receiverHash(_ datagram: DatagramBytes, _ guess: LookAhead) -> UInt64 {
        connectionHash(datagram.connectionID, session: users[Int(guess.user)].session)
    }
}
