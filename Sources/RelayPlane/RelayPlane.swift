internal import LinuxIO
package import RelayCore
internal import Synchronization

/// The data plane: its workers, and the calls that reach them. `RelayControl` knows it as a `DataPlane`.
package final class RelayPlane: DataPlane {
    /// What the names of the workers' threads begin with; a number follows.
    package static let threadNamePrefix = "relay-"

    let settings: PlaneSettings
    let binder: PortBinder
    let mailboxes: [Mailbox]
    /// The ports that all sessions share; 0 where each session has a pair of its own.
    private let sharedPorts: PortPair
    /// Sockets on every shared address and port.
    private let positions: Int
    /// One page a worker.
    package let counters: [CounterPage]
    /// What was taken over from an earlier process.
    package let succession: Succession
    let dedicated: DedicatedPairs
    private let tables: TableFile
    private let running: RunningThreads
    private let losses: KernelLosses
    private let ledger: GuessLedger

    /// Binds the ports, takes over what an earlier process has left, and starts the workers: they forward from then on.
    /// - Parameters:
    ///   - inheritance: sockets and tables of an earlier process; what cannot be used is closed.
    ///   - keeper: holds sockets and tables for the next process.
    ///   - onEvent: called on a worker's thread; has to return at once.
    ///   - onFailure: a worker died of a system call that cannot fail; the words for the log.
    /// - Throws: `DataPlaneError.portUnavailable` where a port is taken, `.cannotStart` where threads or memory cannot be had.
    package init(
        _ settings: PlaneSettings,
        inheriting inheritance: Inheritance = Inheritance(),
        keeper: DescriptorKeeper = .none,
        onEvent: @escaping @Sendable (PlaneEvent) -> Void,
        onFailure: @escaping @Sendable (String) -> Void
    ) throws(DataPlaneError) {
        self.settings = settings
        losses = KernelLosses(filters: settings.filtersInKernel)
        binder = PortBinder(bind: settings.bind, dscp: settings.dscp, keeper: keeper)
        let machine = LocalInterfaces.addresses()
        var succession = Succession()
        var inventory = SocketInventory(inheritance, keeper)
        var estate = TableEstate(inheritance, keeper)
        var shared: PortBinder.Shared?
        var engineSettings = settings.engine
        switch settings.ports {
        case .shared(let wanted):
            let opened = try binder.openShared(
                wanted,
                workers: settings.workers,
                machine: machine,
                inventory: &inventory
            )
            sharedPorts = opened.ports
            engineSettings.ownServerPorts = sharedPorts.server...sharedPorts.server
            engineSettings.ownClientPorts = sharedPorts.client...sharedPorts.client
            succession.adoptedSockets = opened.adopted
            shared = opened
        case .dedicated(let range):
            sharedPorts = PortPair(server: 0, client: 0)
            engineSettings.ownServerPorts = range
            engineSettings.ownClientPorts = range
        }
        let workers = settings.workers
        let positions = shared?.positions ?? workers
        self.positions = positions
        let workerOf: @Sendable (UInt32) -> Int = { Steering.socket(forWord: $0, of: positions) % workers }
        let former = estate.tables
        dedicated = DedicatedPairs(settings.ports, binder, keeper, inventory)
        let pairs = dedicated.claim(former.flatMap(\.former), &succession)
        succession.refusedSockets = dedicated.takeRefusals()
        if positions < workers, shared?.usesUnit == true {
            succession.advice.append(
                "\(workers) workers share \(positions) sockets for each port, so \(workers - positions) of them have "
                    + "nothing to do: list every address \(workers) times in causeway.socket, or set relay.workers to "
                    + "\(positions)"
            )
        } else if positions < workers {
            succession.advice.append(
                "\(workers) workers share \(positions) sockets for each port, as many as the process before had, so "
                    + "\(workers - positions) of them have nothing to do until 'systemctl stop' and 'systemctl start'"
            )
        }

        var random = SystemRandomNumberGenerator()
        let seed = estate.seed ?? (random.next(), random.next())
        let hash = KeyedHash(seed: seed)
        let ledger = GuessLedger.allocate(settings: settings.guesses, hash: hash)
        self.ledger = ledger
        let processors = Affinity.allowedProcessors()
        var setupSettings = settings
        engineSettings.limits.worker = settings.engine.limits.worker.share(of: min(positions, workers))
        setupSettings.engine = engineSettings
        var boxes: [Mailbox] = []
        let tables: TableFile
        do {
            tables = try TableFile(
                workers: workers,
                layout: settings.layout,
                generation: estate.generation + 1,
                seed: seed
            )
            for _ in 0..<workers { boxes.append(try Mailbox()) }
        } catch {
            for sockets in shared?.workers ?? [] { sockets.closeAll() }
            throw .cannotStart(reason: error.description)
        }
        self.tables = tables
        succession.commitMark = estate.commitMark
        // Until the database is read, the next process has to know what this one was told.
        if let mark = estate.commitMark { tables.note(mark) }
        counters = (0..<workers).map { settings.layout.makeCounters(in: tables.section($0)) }
        mailboxes = boxes
        running = RunningThreads(workers)
        let handover = Handover(workers, from: former)
        var setups: [WorkerSetup] = []
        for index in 0..<workers {
            setups.append(
                WorkerSetup(
                    index: index,
                    processor: workers <= processors.count ? processors[index] : nil,
                    settings: setupSettings,
                    shared: shared?.workers[index],
                    dedicated: pairs.filter { workerOf($0.token) == index }.map { ($0.pair, $0.sockets) },
                    hash: hash,
                    ledger: ledger,
                    tables: tables,
                    counters: counters[index],
                    losses: losses,
                    mailbox: boxes[index],
                    ownAddresses: machine.compactMap { PeerAddress(bytes: $0) },
                    handover: handover,
                    isMine: { [dedicated] token, pair in
                        workerOf(token) == index && dedicated.isServed(pair: pair)
                    },
                    onEvent: onEvent
                )
            )
        }
        for setup in setups {
            do {
                try Thread.start(name: "\(Self.threadNamePrefix)\(setup.index)") { [running] in
                    Self.runWorker(setup, onFailure)
                    handover.leave(setup.index)
                    running.leave()
                }
            } catch {
                for waiting in setups[setup.index...] { waiting.closeAll() }
                handover.release(listening: false)
                for mailbox in boxes { _ = mailbox.post(.stop) }
                throw .cannotStart(reason: error.description)
            }
        }
        guard let adoption = handover.wait() else {
            handover.release(listening: false)
            for mailbox in boxes { _ = mailbox.post(.stop) }
            throw .cannotStart(reason: "a worker could not take over its sessions; the log says why")
        }
        succession.take(adoption, predecessors: estate.generation)
        succession.refusedTables = estate.refusal
        losses.begin(
            now: MonotonicClock.milliseconds(),
            drops: counters.reduce(0) { $0 &+ $1[.kernelDrops] },
            namespaceLosses: NetworkStatistics.udpQueueLosses()
        )
        tables.markComplete()
        estate.keep(tables, keeper)
        // Whoever was left out is in the database, and must not be taken for a stranger until it has been read.
        let knowsAll = !former.isEmpty && succession.overflow + succession.tornEntries == 0
        handover.release(listening: knowsAll || !settings.waitsForSessions)
        estate.forgetOthers(keeper)
        self.succession = succession
    }

    private static func runWorker(_ setup: WorkerSetup, _ onFailure: @Sendable (String) -> Void) {
        do {
            if let processor = setup.processor { try Affinity.pinCurrentThread(to: processor) }
        } catch {
            onFailure("worker \(setup.index) is not pinned: \(error)")
        }
        do throws(SystemCallError) {
            var worker = try start(setup)
            try worker.run()
        } catch {
            for command in setup.mailbox.close() { command.refuse() }
            onFailure("worker \(setup.index) stopped: \(error)")
        }
    }

    private static func start(_ setup: WorkerSetup) throws(SystemCallError) -> Worker {
        do throws(SystemCallError) {
            return try Worker(setup)
        } catch {
            // Open, they would go on taking in datagrams that nobody reads.
            setup.closeAll()
            throw error
        }
    }

    package var workerCount: Int { mailboxes.count }

    package func worker(forSessionToken token: UInt32) -> Int {
        Steering.socket(forWord: token, of: positions) % mailboxes.count
    }

    package func ports(of pair: PortPairID) -> PortPair {
        switch pair {
        case .dedicated(let index): dedicated.ports(of: index) ?? sharedPorts
        case .shared: sharedPorts
        }
    }

    /// Bytes of the workers' tables that are in memory. Takes a moment: it asks the kernel about every page.
    package var residentTableBytes: [Int] { mailboxes.indices.map { tables.residentBytes($0) } }

    package var remembersSessions: Bool { succession.predecessors > 0 }

    /// Notes how far the database has come in the memory that a next process reads. One caller at a time.
    package func note(_ mark: CommitMark) { tables.note(mark) }

    /// Reads the machine's addresses anew: interfaces come and go.
    package func refreshOwnAddresses() {
        let addresses = LocalInterfaces.addresses().compactMap { PeerAddress(bytes: $0) }
        for mailbox in mailboxes { _ = mailbox.post(.ownAddresses(addresses)) }
    }

    /// Other limits hold from a moment later on. That of a worker is the whole relay's here: each worker that has sockets gets
    /// an even share.
    package func apply(_ limits: RateLimits) {
        var limits = limits
        limits.worker = limits.worker.share(of: min(positions, mailboxes.count))
        for mailbox in mailboxes { _ = mailbox.post(.limits(limits)) }
    }

    /// Other budgets for wrong tokens hold from a moment later on; what was used up of the former ones stays used up.
    package func apply(_ guesses: GuessLedger.Settings, wrongUsersPerSecond: UInt32) {
        ledger.apply(guesses)
        for mailbox in mailboxes { _ = mailbox.post(.wrongUsers(perSecond: wrongUsersPerSecond)) }
    }

    /// Datagrams that the kernel has dropped since the start before any worker saw them: lost in full receive queues, and
    /// filtered, since they could not be a game's.
    package var kernelLosses: (overflows: UInt64, filtered: UInt64) {
        let totals = losses.totals(
            now: MonotonicClock.milliseconds(),
            drops: { counters.reduce(0) { $0 &+ $1[.kernelDrops] } },
            namespaceLosses: NetworkStatistics.udpQueueLosses
        )
        return (totals.overflows, totals.filtered)
    }

    /// Stops the workers and closes the ports. Returns at once.
    package func stop() {
        for mailbox in mailboxes { _ = mailbox.post(.stop) }
    }

    /// Leaves the tables in a file, for a start after which nobody has kept their memory. Call it when all workers have
    /// stopped; give the file's descriptor to the next plane under the name `Inheritance.tablesName`.
    /// - Throws: words for the log.
    package func leaveTables(in path: String) throws(DataPlaneError) {
        do { try tables.copy(to: path) } catch { throw .cannotStart(reason: error.description) }
    }

    /// Waits until every worker has sent what it had in hand and stopped, a second at most. Call after `stop`.
    /// - Returns: whether all have.
    @discardableResult
    package func waitUntilStopped() -> Bool {
        running.wait(milliseconds: 1_000)
    }
}
