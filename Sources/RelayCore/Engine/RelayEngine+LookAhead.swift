internal import CPrefetch
public import RelayWire

/// Where `process` looks first for what a datagram names, found out before its turn. A guess is checked like anything else:
/// a wrong or a missing one costs time and nothing more.
@frozen
public struct LookAhead: Sendable {
    /// The sender's slot, or -1.
    var user: Int32

    /// Nothing is known.
    public static var none: LookAhead { LookAhead(user: -1) }
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
            if user >= 0 {
                cprefetch_line(users + user)
                if role == .client { cprefetch_line(meters + user) }
            }
        }
        for index in 0..<count where guesses[index].user >= 0 {
            let session = users[Int(guesses[index].user)].session
            cprefetch_line(sessions + session)
            cprefetch_line(sessionMeters + session)
        }
        switch role {
        case .client: break
        case .server: fetchReceivers(datagrams, count: count, guesses)
        }
    }

    /// A host's datagram needs one more line, its receiver's.
    @inline(__always)
    private mutating func fetchReceivers(
        _ datagrams: UnsafePointer<DatagramBytes>,
        count: Int,
        _ guesses: UnsafeMutablePointer<LookAhead>
    ) {
        for index in 0..<count where guesses[index].user >= 0 && datagrams[index].length > Wire.hostHeaderLength {
            let receiver = neighbour(of: Int(guesses[index].user), withConnectionID: datagrams[index].connectionID)
            if receiver >= 0 {
                cprefetch_line(users + receiver)
                cprefetch_line(meters + receiver)
            }
        }
    }
}
