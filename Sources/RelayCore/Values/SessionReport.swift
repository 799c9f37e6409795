/// What a worker knows of one of its sessions: for whoever asks why a player hears nothing. Silences in milliseconds.
public struct SessionReport: Sendable, Equatable {
    /// The user who hosts. A secret like every token: it names the user to the control plane, and is shown to nobody.
    public var hostUserToken: UInt32?
    /// Where the host was heard, on the server port; `nil` while nobody hosts, or the host is known from before a restart.
    public var hostEndpoint: PeerEndpoint?
    /// Since the host was heard, or since a restart where it was not heard after; `nil` while nobody hosts.
    public var hostSilence: UInt32?
    /// The host's moves to another endpoint within the last minute.
    public var hostMoves: Int
    /// Times within the running minute that an address took the host's place back from another one.
    public var hostConflicts: Int = 0
    /// Since anything valid was heard; since the session was made or restored where nothing was.
    public var silence: UInt32
    /// Whether anything valid was ever heard.
    public var wasUsed: Bool
    /// Datagrams with the session's token and no user's, in the last second that had any; 0 where there was none.
    public var wrongUsers: UInt32
    /// Since that second began; `nil` where there was none.
    public var wrongUsersAge: UInt32?
    /// Early joiners' datagrams that wait for a host.
    public var heldDatagrams: Int
    /// What came from all users together in the last whole second.
    public var rate = Rate()
    /// The most that came from all users together within a second.
    public var peak = Rate()
    /// What came from the host, on the server port, in the last whole second.
    public var hostRate = Rate()
    /// How well the host's datagrams arrive, since it hosts.
    public var hostLink = LinkQuality()
    /// What was dropped that named the session and none of its users: `unknownUser` and `revoked`. Only what is not 0.
    public var drops: [DropReason: UInt64] = [:]
    /// In no particular order.
    public var users: [UserReport]

    public init(
        hostUserToken: UInt32? = nil,
        hostEndpoint: PeerEndpoint? = nil,
        hostSilence: UInt32? = nil,
        hostMoves: Int = 0,
        silence: UInt32 = 0,
        wasUsed: Bool = false,
        wrongUsers: UInt32 = 0,
        wrongUsersAge: UInt32? = nil,
        heldDatagrams: Int = 0,
        users: [UserReport] = []
    ) {
        self.hostUserToken = hostUserToken
        self.hostEndpoint = hostEndpoint
        self.hostSilence = hostSilence
        self.hostMoves = hostMoves
        self.silence = silence
        self.wasUsed = wasUsed
        self.wrongUsers = wrongUsers
        self.wrongUsersAge = wrongUsersAge
        self.heldDatagrams = heldDatagrams
        self.users = users
    }
}

/// What a worker knows of one user, on the client port. Of the user who hosts, `SessionReport` has the rest.
public struct UserReport: Sendable, Equatable {
    /// Names the user to the control plane; shown to nobody.
    public var userToken: UInt32
    /// The id under which the host knows the user now: another than its number after a rejoin.
    public var connectionID: Int32
    /// Where the user is bound; `nil` where it was never heard, or not within the user timeout.
    public var endpoint: PeerEndpoint?
    /// Milliseconds since the user was heard; `nil` where it never was since the daemon started.
    public var silence: UInt32?
    /// Whether only one address may use the tokens.
    public var isPinned: Bool
    /// Moves to another endpoint within the last minute.
    public var moves: Int
    /// Times within the running minute that an address took the user's place back from another one.
    public var conflicts: Int = 0
    /// Whether another address asks to take over, and has to wait.
    public var hasCandidate: Bool
    /// What the user has sent and was sent in all, whichever port it talked to.
    public var usage = Usage()
    /// What came from it on the client port in the last whole second.
    public var rate = Rate()
    /// How well its datagrams arrive on the client port.
    public var link = LinkQuality()
    /// What was dropped of the user's datagrams on either port, by reason. Only what is not 0; what the kernel refused to
    /// send is not told apart by user.
    public var drops: [DropReason: UInt64] = [:]
    /// The reason of the last of them, and milliseconds since; `nil` where nothing was dropped.
    public var lastDrop: DropReason?
    public var lastDropAge: UInt32?
    /// Datagrams that came with the user's two tokens in each other's place, as far as they are remembered, and milliseconds
    /// since the last; `nil` where none is.
    public var swapped: Int = 0
    public var swappedAge: UInt32?

    public init(
        userToken: UInt32,
        connectionID: Int32,
        endpoint: PeerEndpoint? = nil,
        silence: UInt32? = nil,
        isPinned: Bool = false,
        moves: Int = 0,
        hasCandidate: Bool = false,
        drops: [DropReason: UInt64] = [:]
    ) {
        self.userToken = userToken
        self.connectionID = connectionID
        self.endpoint = endpoint
        self.silence = silence
        self.isPinned = isPinned
        self.moves = moves
        self.hasCandidate = hasCandidate
        self.drops = drops
    }
}
