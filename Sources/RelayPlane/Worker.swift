internal import LinuxIO
internal import RelayCore
internal import RelayWire

/// What a worker's thread is made of. The thread owns everything here but the mailbox and the counters.
struct WorkerSetup: Sendable {
    var index: Int
    /// The processor to stay on, where there are enough of them.
    var processor: Int?
    var settings: PlaneSettings
    var shared: SharedSockets?
    var hash: KeyedHash
    var ledger: GuessLedger
    var memory: TableMemory
    var counters: CounterPage
    var mailbox: Mailbox
    var ownAddresses: [PeerAddress]
    var onEvent: @Sendable (PlaneEvent) -> Void
}

/// One thread of the data plane: it waits on its sockets, reads a batch, asks the engine about each datagram, and sends what
/// comes out. Nothing in here is shared with another thread but the mailbox.
struct Worker: ~Copyable {
    private static let mailboxTag = UInt64.max
    /// Batches read from one socket before the next gets its turn.
    static let roundsPerSocket = 4
    /// Milliseconds between two looks at what full queues have lost, and the sockets looked at each time.
    private static let lossCheckPause: UInt64 = 100
    private static let lossChecks = 64

    let setup: WorkerSetup
    var engine: RelayEngine
    let epoll: Epoll
    var sockets: SocketTable
    var received: ReceiveBatch
    let batch = BatchView()
    var lanes: Lanes
    private var sweeper = SweepPace()
    private var nextLossCheck: UInt64 = 0
    var isStopping = false

    /// - Throws: `SystemCallError` where memory or descriptors cannot be had.
    init(_ setup: WorkerSetup) throws(SystemCallError) {
        let epoll = try Epoll()
        var sockets = SocketTable()
        try epoll.add(setup.mailbox.descriptor, tag: Self.mailboxTag)
        if let shared = setup.shared { try sockets.add(shared, to: epoll) }
        self.setup = setup
        self.sockets = sockets
        self.epoll = epoll
        engine = RelayEngine(
            memory: setup.memory.base,
            layout: setup.settings.layout,
            settings: setup.settings.engine,
            hash: setup.hash,
            ledger: setup.ledger,
            counters: setup.counters
        )
        received = ReceiveBatch(longest: Wire.maximumLength)
        lanes = Lanes(counters: setup.counters)
        engine.setOwnAddresses(setup.ownAddresses)
    }

    /// Turns until a stop command; then closes the sockets.
    /// - Throws: `SystemCallError` of `epoll_wait`, which only a bug can cause.
    mutating func run() throws(SystemCallError) {
        while !isStopping {
            let ready = try epoll.wait(timeout: sweeper.timeout(isEmpty: engine.sweepLength == 0))
            let now = MonotonicClock.milliseconds()
            var hasCommands = false
            for index in 0..<ready {
                let tag = epoll.tag(at: index)
                if tag == Self.mailboxTag {
                    hasCommands = true
                } else if sockets[tag].number >= 0 {
                    serve(sockets[tag], now: now)
                }
            }
            if hasCommands { obey(now: now) }
            let slots = sweeper.slots(of: engine.sweepLength, now: now)
            if slots > 0 { engine.sweep(now: now, slots: slots) }
            countLosses(now: now)
            engine.drainEvents(setup.onEvent)
        }
        sockets.removeAll()
        for command in setup.mailbox.close() { command.refuse() }
    }

    /// Asks some sockets now and then what their full queues have lost.
    private mutating func countLosses(now: UInt64) {
        guard now >= nextLossCheck else { return }
        nextLossCheck = now &+ Self.lossCheckPause
        let lost = sockets.newlyLost(atMost: Self.lossChecks)
        if lost > 0 { setup.counters.add(lost, to: .queueOverflows) }
    }
}
