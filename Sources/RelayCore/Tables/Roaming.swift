/// What is remembered about an endpoint's moves, and a user's place in lists: the cold 64 bytes beside a hot line. Endpoints
/// are remembered by keyed hash: they only have to be recognised. 0 is nobody.
struct Roaming {
    /// The endpoint on another IP that asks to take over. Of a departed user: when its endpoints were told so.
    var candidate: UInt64
    /// Of a departed user: the endpoint it hosted from.
    var hosted: UInt64
    /// Keyed hash of the address that the API named: of the address itself where the user is pinned to it, else of its prefix.
    var named: UInt64
    /// When the candidate last asked.
    var candidateSince: Stamp
    /// When the running minute of conflicts began.
    var conflictsSince: Stamp
    /// When an address last took its place back.
    var conflictAt: Stamp
    /// When the budget of new connection ids is full again.
    var rejoinsUntil: Stamp
    /// When the running minute of moves began.
    var movesSince: Stamp
    /// Slot + 1 of the held datagram of the candidate or the early joiner.
    var held: UInt32
    /// Slot + 1 of the neighbours: users of a session, departed users, free slots.
    var next: UInt32
    var previous: UInt32
    /// Slot + 1 in `MoveHistoryPool`: the addresses that were replaced lately.
    var history: UInt32
    var conflictCount: UInt8
    var moveCount: UInt8
    /// Not 0 while `rejoinsUntil` means something.
    var rejoined: UInt8
    private var reserved: UInt8

    static var blank: Roaming {
        Roaming(
            candidate: 0,
            hosted: 0,
            named: 0,
            candidateSince: .zero,
            conflictsSince: .zero,
            conflictAt: .zero,
            rejoinsUntil: .zero,
            movesSince: .zero,
            held: 0,
            next: 0,
            previous: 0,
            history: 0,
            conflictCount: 0,
            moveCount: 0,
            rejoined: 0,
            reserved: 0
        )
    }

    /// Nothing left that ages.
    var isQuiet: Bool { candidate == 0 && history == 0 && moveCount == 0 && conflictCount == 0 && rejoined == 0 }

    /// Whether an address took its place back within the last minute.
    func isContested(_ now: Stamp) -> Bool {
        conflictCount > 0 && now.age(since: conflictAt) < Rule.conflictWindow
    }

    /// Notes that an address took its place back.
    /// - Returns: whether these are now more within a minute than can be chance: true once in that minute.
    mutating func noteConflict(_ now: Stamp) -> Bool {
        if conflictCount == 0 || now.age(since: conflictsSince) >= Rule.conflictWindow {
            conflictCount = 0
            conflictsSince = now
        }
        conflictAt = now
        if conflictCount < .max { conflictCount += 1 }
        return conflictCount == Rule.conflictsWithoutWord + 1
    }

    /// Conflicts of the running minute.
    func conflicts(_ now: Stamp) -> Int {
        conflictCount > 0 && now.age(since: conflictsSince) < Rule.conflictWindow ? Int(conflictCount) : 0
    }

    // MARK: The budget of new connection ids

    /// Milliseconds until the budget is full.
    private func rejoinDebt(_ now: Stamp) -> UInt32 {
        rejoined == 0 ? 0 : min(rejoinsUntil.age(since: now), Rule.rejoinBudget * Rule.rejoinInterval)
    }

    /// Whether the user may have one more connection id.
    func allowsRejoin(_ now: Stamp) -> Bool {
        rejoinDebt(now) <= (Rule.rejoinBudget - 1) * Rule.rejoinInterval
    }

    /// Takes one connection id out of the budget.
    mutating func spendRejoin(_ now: Stamp) {
        rejoinsUntil = Stamp(milliseconds: now.milliseconds &+ rejoinDebt(now) &+ Rule.rejoinInterval)
        rejoined = 1
    }

    /// Lets go of what means nothing any more, so that no stamp gets too old to tell its age.
    mutating func age(_ now: Stamp) {
        if moveCount != 0, now.age(since: movesSince) >= Rule.conflictWindow { moveCount = 0 }
        if conflictCount != 0, now.age(since: conflictAt) >= Rule.conflictWindow { conflictCount = 0 }
        if rejoined != 0, rejoinDebt(now) == 0 { rejoined = 0 }
    }
}
