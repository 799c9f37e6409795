/// A session's first 64 bytes: who hosts, from where, and when the session was last used. All that a datagram's way needs.
struct SessionLine {
    /// 0 in a free slot.
    var token: UInt32
    /// User slot + 1 of the host; 0 while nobody hosts.
    var host: UInt32
    /// When something valid last arrived.
    var lastValid: Stamp
    private var pairAndFlag: UInt32
    /// Where the host was last heard. Unbound while the host is unknown, or known from before a restart only.
    var endpoint: BoundEndpoint

    var isFree: Bool { token == 0 }

    static var blank: SessionLine {
        SessionLine(token: 0, host: 0, lastValid: .zero, pairAndFlag: 0, endpoint: .blank)
    }

    /// A valid datagram arrived: the idle limit counts.
    var wasUsed: Bool {
        get { pairAndFlag & 0x8000_0000 != 0 }
        set { pairAndFlag = newValue ? pairAndFlag | 0x8000_0000 : pairAndFlag & 0x7FFF_FFFF }
    }

    /// 0 for the shared pair, n + 1 for the n-th dedicated pair.
    @inline(__always)
    var pair: UInt32 {
        get { pairAndFlag & 0x7FFF_FFFF }
        set { pairAndFlag = pairAndFlag & 0x8000_0000 | newValue & 0x7FFF_FFFF }
    }
}

/// A session's second 64 bytes: what only rare datagrams ask for.
struct SessionBook {
    /// User slot + 1 of the first user.
    var firstUser: UInt32
    var userCount: UInt32
    /// Held slot + 1 of the oldest early joiner's datagram, and how many there are.
    var firstHeld: UInt32
    var heldCount: UInt32
    /// The second that wrong users are counted in, and how many there were.
    var wrongSince: Stamp
    var wrongCount: UInt32
    /// The next rejoin id, and the first that may not be given.
    var nextRejoinID: Int32
    var endRejoinID: Int32
    /// The highest user number ever given here: ids up to it that nobody holds are retired, not unknown.
    var highestUserID: Int32
    /// Slot + 1 of the next free session.
    var nextFree: UInt32
    /// Taken over from a process that is gone, and not named by the control plane yet.
    var isUnconfirmed: Bool
    /// Not 0 once whoever hosts was heard on the server port.
    private var hostHeard: UInt32
    private var reserved: (UInt32, UInt32, UInt32, UInt32)

    /// Whether whoever hosts was ever heard on the server port: in a lobby's session the role is given before.
    var isHostHeard: Bool {
        get { hostHeard != 0 }
        set { hostHeard = newValue ? 1 : 0 }
    }

    static var blank: SessionBook {
        SessionBook(
            firstUser: 0,
            userCount: 0,
            firstHeld: 0,
            heldCount: 0,
            wrongSince: .zero,
            wrongCount: 0,
            nextRejoinID: 0,
            endRejoinID: 0,
            highestUserID: 0,
            nextFree: 0,
            isUnconfirmed: false,
            hostHeard: 0,
            reserved: (0, 0, 0, 0)
        )
    }
}
