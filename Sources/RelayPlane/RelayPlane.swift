internal import LinuxIO
package import RelayCore
internal import Synchronization

/// The data plane: its workers, and the calls that reach them. `RelayControl` knows it as a `DataPlane`.
package final class RelayPlane: DataPlane {
    /// What the names of the workers' threads begin with; a number follows.
    package static let threadNamePrefix = "relay-"

    private let settings: PlaneSettings
    let binder: PortBinder
    let mailboxes: [Mailbox]
    /// The ports that all sessions share; 0 where each session has a pair of its own.
    private let sharedPorts: PortPair
    /// One page a worker.
    package let counters: [CounterPage]
    private let tables: [TableMemory]
    private let running: Mutex<Int>

    /// Binds the ports and starts the workers.
    /// - Parameters:
    ///   - onEvent: called on a worker's thread; has to return at once.
    ///   - onFailure: a worker died of a system call that cannot fail; the words for the log.
    /// - Throws: `DataPlaneError.portUnavailable` where a port is taken, `.stopped` where threads or memory cannot be had.
    package init(
        _ settings: PlaneSettings,
        onEvent: @escaping @Sendable (PlaneEvent) -> Void,
        onFailure: @escaping @Sendable (String) -> Void
    ) throws(DataPlaneError) {
        self.settings = settings
        binder = PortBinder(bind: settings.bind)
        let machine = LocalInterfaces.addresses()
        var shared: [SharedSockets] = []
        var engineSettings = settings.engine
        switch settings.ports {
        case .shared(let wanted):
            (shared, sharedPorts) = try binder.openShared(wanted, workers: settings.workers, machine: machine)
            engineSettings.ownServerPorts = sharedPorts.server...sharedPorts.server
            engineSettings.ownClientPorts = sharedPorts.client...sharedPorts.client
        case .dedicated(let range):
            sharedPorts = PortPair(server: 0, client: 0)
            engineSettings.ownServerPorts = range
            engineSettings.ownClientPorts = range
        }
        var random = SystemRandomNumberGenerator()
        let hash = KeyedHash(seed: (random.next(), random.next()))
        let ledger = GuessLedger.allocate(settings: settings.guesses, hash: hash)
        let processors = Affinity.allowedProcessors()
        var setupSettings = settings
        setupSettings.engine = engineSettings
        var pages: [CounterPage] = []
        var boxes: [Mailbox] = []
        var tables: [TableMemory] = []
        var setups: [WorkerSetup] = []
        do {
            for index in 0..<settings.workers {
                let mailbox = try Mailbox()
                let memory = try TableMemory(byteCount: settings.layout.byteCount)
                let page = CounterPage.allocate()
                boxes.append(mailbox)
                tables.append(memory)
                pages.append(page)
                setups.append(
                    WorkerSetup(
                        index: index,
                        processor: settings.workers <= processors.count ? processors[index] : nil,
                        settings: setupSettings,
                        shared: shared.isEmpty ? nil : shared[index],
                        hash: hash,
                        ledger: ledger,
                        memory: memory,
                        counters: page,
                        mailbox: mailbox,
                        ownAddresses: machine.compactMap { PeerAddress(bytes: $0) },
                        onEvent: onEvent
                    )
                )
            }
        } catch {
            for sockets in shared { sockets.closeAll() }
            throw .cannotStart(reason: error.description)
        }
        counters = pages
        mailboxes = boxes
        self.tables = tables
        running = Mutex(settings.workers)
        for setup in setups {
            do {
                try Thread.start(name: "\(Self.threadNamePrefix)\(setup.index)") { [weak self] in
                    Self.runWorker(setup, onFailure)
                    self?.running.withLock { $0 -= 1 }
                }
            } catch {
                for waiting in setups[setup.index...] { waiting.shared?.closeAll() }
                stop()
                throw .cannotStart(reason: error.description)
            }
        }
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
            setup.shared?.closeAll()
            throw error
        }
    }

    package var workerCount: Int { mailboxes.count }

    package func worker(forSessionToken token: UInt32) -> Int {
        Steering.socket(forWord: token, of: mailboxes.count)
    }

    package func ports(of pair: PortPairID) -> PortPair {
        switch (pair, settings.ports) {
        case (.dedicated(let index), .dedicated(let range)):
            let first = range.lowerBound + UInt16(truncatingIfNeeded: 2 * index)
            return PortPair(server: first, client: first + 1)
        default:
            return sharedPorts
        }
    }

    /// Bytes of the workers' tables that are in memory. Takes a moment: it asks the kernel about every page.
    package var residentTableBytes: [Int] { tables.map(\.residentBytes) }

    /// Reads the machine's addresses anew: interfaces come and go.
    package func refreshOwnAddresses() {
        let addresses = LocalInterfaces.addresses().compactMap { PeerAddress(bytes: $0) }
        for mailbox in mailboxes { _ = mailbox.post(.ownAddresses(addresses)) }
    }

    /// Stops the workers and closes the ports. Returns at once.
    package func stop() {
        for mailbox in mailboxes { _ = mailbox.post(.stop) }
    }
}
