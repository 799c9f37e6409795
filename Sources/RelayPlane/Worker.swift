internal import LinuxIO
internal import RelayCore
internal import RelayWire

/// What a worker's thread is made of. The thread owns everything here but the mailbox and the counters.
struct WorkerSetup: Sendable {
    var index: Int
    /// The processor to stay on, where there are enough of them.
    var processor: Int?
    var settings: PlaneSettings
    var shared: PairSockets?
    var hash: KeyedHash
    var ledger: GuessLedger
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
    private static let roundsPerSocket = 4

    private let setup: WorkerSetup
    private let memory: MemoryRegion
    private var engine: RelayEngine
    private let epoll: Epoll
    private var sockets: SocketTable
    private var received: ReceiveBatch
    private var lanes: Lanes
    private var sweeper = SweepPace()
    private var isStopping = false

    /// - Throws: `SystemCallError` where memory or descriptors cannot be had.
    init(_ setup: WorkerSetup) throws(SystemCallError) {
        let layout = EngineLayout(
            userCapacity: setup.settings.usersPerWorker,
            sessionCapacity: setup.settings.sessionsPerWorker
        )
        let memory = try MemoryRegion(byteCount: layout.byteCount)
        let epoll = try Epoll()
        var sockets = SocketTable()
        try epoll.add(setup.mailbox.descriptor, tag: Self.mailboxTag)
        if let shared = setup.shared { try sockets.add(shared, pair: PortPairID.shared.number, to: epoll) }
        self.setup = setup
        self.sockets = sockets
        self.epoll = epoll
        engine = RelayEngine(
            memory: memory.base,
            layout: layout,
            settings: setup.settings.engine,
            hash: setup.hash,
            ledger: setup.ledger,
            counters: setup.counters
        )
        self.memory = memory
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
                    serve(sockets[tag], tag: tag, now: now)
                }
            }
            if hasCommands { obey(now: now) }
            let slots = sweeper.slots(of: engine.sweepLength, now: now)
            if slots > 0 { engine.sweep(now: now, slots: slots) }
            engine.drainEvents(setup.onEvent)
        }
        sockets.removeAll()
        for command in setup.mailbox.close() { command.refuse() }
    }

    private mutating func serve(_ entry: SocketTable.Entry, tag: UInt64, now: UInt64) {
        for _ in 0..<Self.roundsPerSocket {
            let count = received.receive(from: entry.number)
            if count == 0 { return }
            setup.counters.add(1, to: .receiveBatches)
            for index in 0..<count { forward(index, entry, now: now) }
            lanes.flush(entry.sockets)
            if received.hasControl(count - 1), let drops = received.queueDrops(count - 1) {
                setup.counters.add(UInt64(drops &- sockets[tag].queueDrops), to: .queueOverflows)
                sockets.setQueueDrops(tag, drops)
            }
            engine.drainEvents(setup.onEvent)
            if count < ReceiveBatch.capacity { return }
        }
    }

    @inline(__always)
    private mutating func forward(_ index: Int, _ entry: SocketTable.Entry, now: UInt64) {
        let name = received.name(index)
        var local = LocalAddress()
        if received.hasControl(index) {
            let words = received.localAddress(index)
            local = LocalAddress(high: words.high, low: words.low)
        }
        let arrival = Arrival(
            source: PeerEndpoint(socketAddress: name),
            local: local,
            role: entry.role,
            pair: entry.pair,
            now: now
        )
        let length = received.length(index)
        let datagram = DatagramBytes(base: received.bytes(index), length: length)
        let verdict = engine.process(datagram, isOversize: length > Wire.maximumLength, arrival)
        switch verdict.action {
        case .nothing:
            break
        case .reply:
            lanes.send(
                datagram.base,
                length: Int(verdict.length),
                to: name,
                isIPv4: arrival.source.isIPv4,
                from: local,
                outOf: entry.role,
                entry.sockets
            )
        case .forward:
            if let target = verdict.target {
                lanes.send(
                    datagram.base + Int(verdict.offset),
                    length: Int(verdict.length),
                    to: target,
                    outOf: entry.role.opposite,
                    entry.sockets
                )
            }
        }
        if verdict.releasesHeld { releaseHeld(entry.sockets, now: now) }
    }

    private mutating func releaseHeld(_ pair: PairSockets, now: UInt64) {
        while let release = engine.nextRelease(now: now) {
            lanes.send(release.bytes, length: release.length, to: release.target, outOf: release.port, pair)
        }
        // The held bytes may be overwritten by the next datagram.
        lanes.flush(pair)
    }

    private mutating func obey(now: UInt64) {
        for command in setup.mailbox.takeAll() {
            switch command {
            case .addSession(let plan, let pair, let done):
                done(addSession(plan, pair, now: now))
            case .addUser(let user, let token, let done):
                do {
                    try engine.add(user, toSession: token)
                    done(nil)
                } catch {
                    done(planeError(error))
                }
            case .removeUser(let token, let sessionToken, let done):
                engine.removeUser(token, fromSession: sessionToken, now: now)
                done()
            case .removeSession(let token, let done):
                if let pair = engine.pair(ofSession: token), pair != PortPairID.shared.number {
                    sockets.remove(pair: pair)
                }
                engine.removeSession(token, now: now)
                done()
            case .activity(let token, let done):
                done(engine.activity(ofSession: token, now: now))
            case .ownAddresses(let addresses):
                engine.setOwnAddresses(addresses)
            case .stop:
                isStopping = true
            }
            engine.drainEvents(setup.onEvent)
        }
    }

    private mutating func addSession(_ plan: SessionPlan, _ pair: PairSockets?, now: UInt64) -> DataPlaneError? {
        do {
            try engine.add(plan, now: now)
        } catch {
            pair?.closeAll()
            return planeError(error)
        }
        guard let pair else { return nil }
        do {
            try sockets.add(pair, pair: plan.portPair.number, to: epoll)
            return nil
        } catch {
            engine.removeSession(plan.sessionToken, now: now)
            sockets.remove(pair: plan.portPair.number)
            return .portUnavailable(port: 0, reason: error.description)
        }
    }

    private func planeError(_ error: EngineError) -> DataPlaneError {
        switch error {
        case .sessionsFull(let limit): .full(limit: limit, key: "sessions.max")
        case .usersFull(let limit): .full(limit: limit, key: "limits.users")
        case .unknownSession: .unknownSession
        case .duplicateToken: .duplicateToken
        }
    }
}

extension WorkerCommand {
    /// Answers a command that no worker will look at any more.
    func refuse() {
        switch self {
        case .addSession(_, let pair, let done):
            pair?.closeAll()
            done(.stopped)
        case .addUser(_, _, let done): done(.stopped)
        case .removeUser(_, _, let done): done()
        case .removeSession(_, let done): done()
        case .activity(_, let done): done(nil)
        case .ownAddresses, .stop: break
        }
    }
}
