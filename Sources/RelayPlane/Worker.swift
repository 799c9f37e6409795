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
    /// Pairs that an earlier process left open, by their numbers.
    var dedicated: [(pair: UInt32, sockets: PairSockets)]
    var hash: KeyedHash
    var ledger: GuessLedger
    var tables: TableFile
    var counters: CounterPage
    var losses: KernelLosses
    var mailbox: Mailbox
    var ownAddresses: [PeerAddress]
    var handover: Handover
    /// Which sessions of an earlier process are this worker's.
    var isMine: @Sendable (_ token: UInt32, _ pair: UInt32) -> Bool
    var onEvent: @Sendable (PlaneEvent) -> Void

    /// Closes the sockets that no worker has.
    func closeAll() {
        shared?.closeAll()
        for (_, sockets) in dedicated { sockets.closeAll() }
    }
}

/// One thread of the data plane: it waits on its sockets, reads a batch, asks the engine about each datagram, and sends what
/// comes out. Nothing in here is shared with another thread but the mailbox.
struct Worker: ~Copyable {
    private static let mailboxTag = UInt64.max
    private static let timerTag = UInt64.max - 1
    /// Batches read from one socket before the next gets its turn.
    static let roundsPerSocket = 4
    /// Milliseconds between two looks at what full queues have lost, and the sockets looked at each time.
    private static let lossCheckPause: UInt64 = 100
    private static let lossChecks = 256

    let setup: WorkerSetup
    var engine: RelayEngine
    let epoll: Epoll
    var sockets: SocketTable
    var received: ReceiveBatch
    let batch = BatchView()
    var lanes: Lanes
    private var sweeper = SweepPace()
    private var nextLossCheck: UInt64 = 0
    /// Milliseconds between two datagrams that are timed.
    private static let timingPause: UInt64 = 10
    /// When the next datagram is to be timed; never where none is.
    private var nextTiming: UInt64
    private let timer: TimerDescriptor
    private var isKeepingTime = false
    private var isListening = false
    /// Why it cannot go on.
    private var failure: SystemCallError?
    var isStopping = false

    /// - Throws: `SystemCallError` where memory or descriptors cannot be had.
    init(_ setup: WorkerSetup) throws(SystemCallError) {
        let epoll = try Epoll()
        var sockets = SocketTable(filters: setup.settings.filtersInKernel)
        let timer = try TimerDescriptor()
        try epoll.add(setup.mailbox.descriptor, tag: Self.mailboxTag)
        try epoll.add(timer.number, tag: Self.timerTag)
        for (pair, open) in setup.dedicated { try sockets.add(open, pair: pair, to: epoll) }
        self.setup = setup
        nextTiming = setup.settings.measuresLatency ? 0 : .max
        self.sockets = sockets
        self.epoll = epoll
        self.timer = timer
        engine = RelayEngine(
            memory: setup.tables.section(setup.index),
            layout: setup.settings.layout,
            settings: setup.settings.engine,
            hash: setup.hash,
            ledger: setup.ledger,
            counters: setup.counters
        )
        received = ReceiveBatch(longest: Wire.maximumLength)
        lanes = Lanes()
        engine.setOwnAddresses(setup.ownAddresses)
        engine.awaitsSessions = setup.settings.waitsForSessions
        setup.handover.finish(setup.index, adopt())
        keepTime()
    }

    /// Begins to read the sockets that all sessions share.
    private mutating func listen() throws(SystemCallError) {
        isListening = true
        if let shared = setup.shared { try sockets.add(shared, to: epoll) }
        countLossesBefore()
    }

    /// What inherited sockets have lost and nobody has counted: an earlier process counted up to its end.
    private mutating func countLossesBefore() {
        let lost = sockets.takeLostBefore()
        let counted = setup.counters[.kernelDrops]
        guard lost > counted else { return }
        setup.counters.add(lost - counted, to: .kernelDrops)
        setup.losses.noteBacklog(lost - counted)
    }

    /// Whether the next batch is one whose oldest datagram is timed. Costs a system call or two, so that not every one is.
    @inline(__always)
    mutating func isTimed(now: UInt64) -> Bool {
        if now < nextTiming { return false }
        nextTiming = now &+ Self.timingPause
        return true
    }

    /// Every stored session is served: whoever is unknown now is a stranger.
    mutating func listenIfWaiting() {
        guard !isListening else { return }
        do { try listen() } catch { failure = error }
    }

    /// Takes over this worker's sessions from an earlier process. Whatever the number of workers was, each section's counters
    /// go to one of those that are.
    private mutating func adopt() -> Adoption {
        let now = MonotonicClock.milliseconds()
        var adoption = Adoption()
        for tables in setup.handover.former {
            for (section, former) in tables.former.enumerated() {
                let takesCounters = section % setup.settings.workers == setup.index
                adoption += engine.adopt(former, now: now, takesCounters: takesCounters, where: setup.isMine)
            }
        }
        return adoption
    }

    /// Turns until a stop command; however it ends, the sockets are closed: open, they would take in what nobody reads.
    /// - Throws: `SystemCallError` of `epoll_wait`, which only a bug can cause, and of `epoll_ctl`.
    mutating func run() throws(SystemCallError) {
        defer { closeAll() }
        if setup.handover.waitForRelease() { try listen() }
        while !isStopping {
            let ready = try epoll.wait()
            let now = MonotonicClock.milliseconds()
            var hasCommands = false
            var isBusy = false
            for index in 0..<ready {
                let tag = epoll.tag(at: index)
                if tag < Self.timerTag {
                    serve(sockets.entry(tag), now: now)
                    isBusy = true
                } else if tag == Self.timerTag {
                    timer.clear()
                } else {
                    hasCommands = true
                }
            }
            if hasCommands {
                obey(now: now)
                if let failure { throw failure }
                keepTime()
            }
            if sweeper.isDue(now: now) { keepHouse(now: now, isBusy: isBusy) }
        }
    }

    private mutating func closeAll() {
        lanes.count(in: setup.counters)
        sockets.removeAll()
        if !isListening { setup.shared?.closeAll() }
        for command in setup.mailbox.close() { command.refuse() }
    }

    /// Wakes now and then where there is something to sweep, or where the kernel drops datagrams without waking anybody.
    private mutating func keepTime() {
        guard !isKeepingTime, engine.sweepLength > 0 || setup.settings.filtersInKernel else { return }
        isKeepingTime = true
        timer.start(everyMilliseconds: SweepPace.idlePauseMilliseconds)
    }

    /// What has to be done now and then, and not with every datagram. Out of the way: a wake for one datagram finds the
    /// caches cold, and everything beside its path makes it longer.
    @inline(never)
    private mutating func keepHouse(now: UInt64, isBusy: Bool) {
        let slots = sweeper.slots(of: engine.sweepLength, now: now, isBusy: isBusy)
        if slots > 0 { engine.sweep(now: now, slots: slots) }
        countLosses(now: now)
        lanes.count(in: setup.counters)
        drainEvents()
    }

    /// Hands on what the engine has to tell.
    @inline(never)
    mutating func drainEvents() {
        engine.drainEvents(setup.onEvent)
    }

    /// Asks some sockets now and then what their full queues have lost.
    private mutating func countLosses(now: UInt64) {
        guard now >= nextLossCheck else { return }
        nextLossCheck = now &+ Self.lossCheckPause
        let lost = sockets.newlyLost(atMost: Self.lossChecks)
        if lost > 0 { setup.counters.add(lost, to: .kernelDrops) }
    }
}
