import RelayWire

/// Who may send what to whom: one worker's sessions, users and learned addresses, and the rules of the wire protocol.
///
/// Pure: bytes, addresses and the time go in, verdicts come out. It makes no system call, reads no clock, allocates nothing
/// after `init` and is driven by one thread. The region it works in belongs to the caller and must outlive it.
///
/// Methods are `mutating` although many change nothing that is stored here: handing `self` to a method that is not copies the
/// whole structure first (Swift 6.3.1; bench/LOG.md).
public struct RelayEngine: ~Copyable {
    let book: UnsafeMutablePointer<EngineBook>
    let users: UnsafeMutablePointer<UserLine>
    let userRoaming: UnsafeMutablePointer<Roaming>
    let sessions: UnsafeMutablePointer<SessionLine>
    let sessionBooks: UnsafeMutablePointer<SessionBook>
    let sessionRoaming: UnsafeMutablePointer<Roaming>
    let meters: UnsafeMutablePointer<UserMeter>
    let userRecords: UnsafeMutablePointer<UserRecord>
    let sessionMeters: UnsafeMutablePointer<SessionMeter>
    let sessionRecords: UnsafeMutablePointer<SessionRecord>
    /// When it took over from an earlier process; long ago where it did not.
    var listensSince = Stamp(milliseconds: 0 &- Stamp.longestAge)
    /// Whether all sessions together are limited; mostly nobody wants that, and nothing need be counted for it.
    var limitsWorker: Bool
    /// What all sessions have sent within a second.
    var workerWindow = RateWindow.starting(.zero)
    var credentialsIndex: GrowingIndex
    var connectionIndex: GrowingIndex
    /// Users by the endpoint they are bound to on the client port.
    var endpointIndex: GrowingIndex
    var sessionIndex: GrowingIndex
    let layout: EngineLayout
    let hash: KeyedHash
    let ledger: GuessLedger
    public let counters: CounterPage
    public internal(set) var settings: EngineSettings

    /// The whole clock as of the last command, sweep or stranger: what stamps are told from for the ledger.
    var clock: UInt64 = 0
    /// Whether stored sessions may be missing yet, so that nobody can say that tokens are wrong. Until `dropUnconfirmed`.
    public var awaitsSessions = false
    var held: HeldPool
    var histories: MoveHistoryPool
    var events: EventQueue
    var userPool = SlotPool()
    var sessionPool = SlotPool()
    var departed = DepartedList()
    var liveUsers = 0
    var liveSessions = 0
    var sweepCursor = SweepCursor()
    var lastHeldSweep = Stamp.zero
    /// What `nextRelease` hands out: a session's early joiners, or one candidate's datagram (slots + 1).
    var releasingSession: UInt32 = 0
    var releasingHeld: UInt32 = 0
    /// The relay's own addresses: a datagram from one of them and an own port is a loop.
    var ownAddresses: [PeerAddress] = []

    /// - Parameters:
    ///   - memory: `layout.byteCount` zeroed bytes, 64-byte aligned.
    ///   - hash: keyed with fresh random words.
    ///   - ledger: shared by all workers of the process.
    ///   - counters: this worker's page.
    public init(
        memory: UnsafeMutableRawPointer,
        layout: EngineLayout,
        settings: EngineSettings,
        hash: KeyedHash,
        ledger: GuessLedger,
        counters: CounterPage
    ) {
        self.layout = layout
        self.settings = settings
        limitsWorker = settings.limits.worker != RateLimits.Limit()
        self.hash = hash
        self.ledger = ledger
        self.counters = counters
        book = (memory + layout.book).bindMemory(to: EngineBook.self, capacity: 1)
        users = (memory + layout.users).bindMemory(to: UserLine.self, capacity: layout.userCapacity)
        userRoaming = (memory + layout.userRoaming).bindMemory(to: Roaming.self, capacity: layout.userCapacity)
        sessions = (memory + layout.sessions).bindMemory(to: SessionLine.self, capacity: layout.sessionCapacity)
        sessionBooks = (memory + layout.sessionBooks).bindMemory(to: SessionBook.self, capacity: layout.sessionCapacity)
        sessionRoaming = (memory + layout.sessionRoaming).bindMemory(to: Roaming.self, capacity: layout.sessionCapacity)
        meters = (memory + layout.meters).bindMemory(to: UserMeter.self, capacity: layout.userCapacity)
        userRecords = (memory + layout.userRecords).bindMemory(to: UserRecord.self, capacity: layout.userCapacity)
        sessionMeters = (memory + layout.sessionMeters)
            .bindMemory(to: SessionMeter.self, capacity: layout.sessionCapacity)
        sessionRecords = (memory + layout.sessionRecords)
            .bindMemory(to: SessionRecord.self, capacity: layout.sessionCapacity)
        credentialsIndex = GrowingIndex(memory: memory + layout.credentialsIndex, slots: layout.userCapacity)
        connectionIndex = GrowingIndex(memory: memory + layout.connectionIndex, slots: layout.userCapacity)
        endpointIndex = GrowingIndex(memory: memory + layout.endpointIndex, slots: layout.userCapacity)
        sessionIndex = GrowingIndex(memory: memory + layout.sessionIndex, slots: layout.sessionCapacity)
        held = HeldPool(memory: memory + layout.held)
        histories = MoveHistoryPool(memory: memory + layout.histories)
        events = .allocate()
    }

    deinit {
        events.deallocate()
    }

    /// Tells the engine which addresses are the relay's own.
    public mutating func setOwnAddresses(_ addresses: [PeerAddress]) {
        ownAddresses = addresses
    }

    /// Other limits hold from the next datagram on, in the second that runs too.
    public mutating func setLimits(_ limits: RateLimits) {
        settings.limits = limits
        limitsWorker = limits.worker != RateLimits.Limit()
    }

    /// Other budgets of wrong users hold from the next datagram on.
    public mutating func setWrongUsersPerSecond(_ limit: UInt32) {
        settings.wrongUsersPerSecond = limit
    }

    /// Whether there are events for `drainEvents`.
    public var hasEvents: Bool {
        @inline(__always) mutating get { events.count > 0 }
    }

    /// Hands every event since the last call to `receive`. Call after every batch, command and sweep.
    public mutating func drainEvents(_ receive: (PlaneEvent) -> Void) {
        if events.count > 0 { events.removeAll(receive) }
    }
}

// Lookups. Each is one hash, one probe sequence over four-byte entries, and one line of the table that matches.
extension RelayEngine {
    /// The slot of the user, departed ones included, or -1.
    @inline(__always)
    mutating func findUser(_ credentials: Credentials, _ ahead: LookAhead = .none) -> Int {
        let users = users
        // A free slot's credentials are 0, and 0 is nobody's.
        if ahead.user >= 0, users[Int(ahead.user)].credentials == credentials.rawValue, credentials.rawValue != 0 {
            return Int(ahead.user)
        }
        return credentialsIndex.find(hash(credentials.rawValue)) { users[$0].credentials == credentials.rawValue }
    }

    /// The slot of the session, or -1.
    mutating func findSession(_ token: UInt32) -> Int {
        let sessions = sessions
        return sessionIndex.find(hash(UInt64(token))) { sessions[$0].token == token }
    }

    /// The slot of the user who holds this connection id, or -1.
    /// - Parameter sender: the slot of another user of the session, from whose place the receiver's can be told mostly.
    @inline(__always)
    mutating func findConnection(_ id: Int32, session: Int, from sender: Int) -> Int {
        let users = users
        let guess = neighbour(of: sender, withConnectionID: id)
        // A free slot has id 0, and 0 is nobody's.
        if guess >= 0, users[guess].connectionID == id, users[guess].session == session, !users[guess].isDeparted,
            id != 0
        {
            return guess
        }
        return findConnection(id, session: session)
    }

    /// The slot of the user who holds this connection id, or -1.
    @inline(__always)
    mutating func findConnection(_ id: Int32, session: Int) -> Int {
        let users = users
        return connectionIndex.find(connectionHash(id, session: session)) {
            users[$0].connectionID == id && users[$0].session == session
        }
    }

    /// Where a user with this connection id stands if a session's users stand side by side in the order of their ids, as
    /// they do mostly; -1 where there is no such place.
    @inline(__always)
    mutating func neighbour(of user: Int, withConnectionID id: Int32) -> Int {
        let place = user &+ Int(id) &- Int(users[user].connectionID)
        return place >= 0 && place < layout.userCapacity ? place : -1
    }

    @inline(__always)
    mutating func connectionHash(_ id: Int32, session: Int) -> UInt64 {
        Self.connectionHash(hash, id, session: session)
    }

    @inline(__always)
    private static func connectionHash(_ hash: KeyedHash, _ id: Int32, session: Int) -> UInt64 {
        hash(UInt64(UInt32(bitPattern: id)) | UInt64(session &+ 1) &<< 32)
    }

    /// Names a user in the index of connection ids.
    mutating func insertConnection(_ user: Int) {
        let users = users
        let hash = hash
        let line = users[user]
        connectionIndex.insert(connectionHash(line.connectionID, session: line.session), user) {
            Self.connectionHash(hash, users[$0].connectionID, session: users[$0].session)
        }
    }

    /// Lets the indexes go on growing.
    mutating func settleIndexes() {
        let (users, sessions, hash) = (users, sessions, hash)
        credentialsIndex.settle { hash(users[$0].credentials) }
        settleEndpointIndex()
        sessionIndex.settle { hash(UInt64(sessions[$0].token)) }
        connectionIndex.settle { Self.connectionHash(hash, users[$0].connectionID, session: users[$0].session) }
    }

    /// Takes a user out of the index of connection ids.
    mutating func removeConnection(_ user: Int) {
        let users = users
        let hash = hash
        let line = users[user]
        connectionIndex.remove(connectionHash(line.connectionID, session: line.session), user) {
            Self.connectionHash(hash, users[$0].connectionID, session: users[$0].session)
        }
    }

    mutating func endpointKey(_ endpoint: PeerEndpoint) -> UInt64 {
        Self.endpointKey(hash, endpoint)
    }

    static func endpointKey(_ hash: KeyedHash, _ endpoint: PeerEndpoint) -> UInt64 {
        hash(hash(endpoint.head, endpoint.high), endpoint.low ^ UInt64(endpoint.scope)) | 1
    }

    /// What an endpoint has in common with all others of its IPv4 address or IPv6 /64.
    mutating func prefixKey(_ endpoint: PeerEndpoint) -> UInt64 {
        hash(hash(endpoint.sourcePrefix, UInt64(endpoint.scope)), endpoint.isIPv4 ? 4 : 6) | 1
    }

    mutating func addressKey(_ address: PeerAddress) -> UInt64 {
        hash(hash(address.high, address.low), address.isIPv4 ? 4 : 6) | 1
    }
}
