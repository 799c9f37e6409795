/// What is remembered about an endpoint's moves, and a user's place in lists: the cold 64 bytes beside a hot line. Endpoints
/// are remembered by keyed hash: they only have to be recognised. 0 is nobody.
struct Roaming {
    /// The endpoint on another IP that asks to take over.
    var candidate: UInt64
    /// The endpoint that a rejoin replaced. Of a departed user: the endpoint it hosted from.
    var retired: UInt64
    /// The endpoint that was bound before the first move of the window: it stays in a conflict.
    var elder: UInt64
    /// Keyed hash of the only address that may use the tokens.
    var pinned: UInt64
    var candidateSince: Stamp
    var retiredAt: Stamp
    var movesSince: Stamp
    var rejoinedAt: Stamp
    /// Slot + 1 of the held datagram of the candidate or the early joiner.
    var held: UInt32
    /// Slot + 1 of the neighbours: users of a session, departed users, free slots.
    var next: UInt32
    var previous: UInt32
    var candidateCount: UInt8
    var moveCount: UInt8
    var hasRejoined: Bool
    private var reserved: UInt8

    static var blank: Roaming {
        Roaming(
            candidate: 0,
            retired: 0,
            elder: 0,
            pinned: 0,
            candidateSince: .zero,
            retiredAt: .zero,
            movesSince: .zero,
            rejoinedAt: .zero,
            held: 0,
            next: 0,
            previous: 0,
            candidateCount: 0,
            moveCount: 0,
            hasRejoined: false,
            reserved: 0
        )
    }

    /// Nothing left that ages.
    var isQuiet: Bool { candidate == 0 && retired == 0 && moveCount == 0 && !hasRejoined }
}
