import Glibc

/// One thread's share of a run: its sessions, each with all of its players, and their sockets.
///
/// A host and its clients always share a thread, so every datagram is checked where it was sent and nothing is locked.
/// Once ``run()`` has begun, nothing is allocated.
struct Shard<Wire: DatagramProtocol>: ~Copyable {
    /// A player: the host (client -1) or a client of one session.
    struct Endpoint: BitwiseCopyable {
        var socket: Int32
        /// The session's number within this shard.
        var session: Int32
        var client: Int32
        /// Hosts: a keep-alive was answered with Valid. Clients: the host's welcome has come.
        var hasJoined = false
        var credentials: Wire.Credentials

        var role: PlayerRole { client < 0 ? .host : .client }
    }

    /// One stream of measured datagrams, from a host to a client or back.
    struct Flow: BitwiseCopyable {
        var slot: Int
        /// Index of the sender in ``Shard/endpoints``.
        var sender: Int
        var session: Int32
        var client: Int32
        var kind: PayloadHeader.Kind
    }

    enum Phase: Sendable {
        case joining
        case sending
        case draining
        case done
    }

    let plan: RunPlan
    let schedule: Schedule
    /// Marks this run's payloads, so that stragglers of an earlier run on the same ports are told apart.
    let runNumber: UInt32
    let control: RunControl
    let status: ShardStatus
    /// Whole-run numbers of this shard's sessions.
    let sessionNumbers: [Int]
    /// Players of a session: its clients and the host, which comes first.
    let players: Int

    let endpoints: UnsafeMutableBufferPointer<Endpoint>
    /// In the order of their slots.
    let flows: UnsafeMutableBufferPointer<Flow>
    /// The id under which a session's host knows each client; ``unknownPeer`` before its first datagram.
    let peers: UnsafeMutableBufferPointer<Int64>
    let outgoing: UnsafeMutableRawBufferPointer
    var queue: EventQueue
    var batch = ReceiveBatch()
    var windows: SequenceWindows
    var tally = Tally()

    var phase = Phase.joining
    var start: UInt64 = 0
    var round: UInt32 = 0
    var flowCursor = 0
    var nextPlanned = UInt64.max
    var keepAliveRound: UInt64 = 0
    var keepAliveCursor = 0
    var keepAliveStart: UInt64 = 0
    var sweepCursor = 0
    var nextSweep: UInt64 = 0
    var drainDeadline: UInt64 = 0
    var lastArrival: UInt64 = 0
    var nextPublication: UInt64 = 0
    var joinedHosts = 0
    var joinedClients = 0

    static var unknownPeer: Int64 { .min }
    /// Time between two keep-alives of a player, as in the shipped clients.
    static var keepAliveInterval: UInt64 { 500_000_000 }
    /// Time between two attempts of a player to join, as in the shipped clients' transport.
    static var joinInterval: UInt64 { 200_000_000 }

    /// Opens the sockets of all players. Throws with what to do where the system gives too few.
    static func open(
        plan: RunPlan,
        assignments: [Assignment],
        runNumber: UInt32,
        control: RunControl,
        status: ShardStatus
    ) throws(BenchError) -> Shard {
        let queue: EventQueue
        do {
            queue = try EventQueue()
        } catch {
            throw BenchError("Cannot watch sockets: \(error).")
        }
        var shard = Shard(
            plan: plan,
            assignments: assignments,
            runNumber: runNumber,
            control: control,
            status: status,
            queue: queue
        )
        try shard.openSockets(assignments)
        return shard
    }

    private init(
        plan: RunPlan,
        assignments: [Assignment],
        runNumber: UInt32,
        control: RunControl,
        status: ShardStatus,
        queue: consuming EventQueue
    ) {
        self.plan = plan
        self.runNumber = runNumber
        self.control = control
        self.status = status
        self.queue = queue
        schedule = Schedule(plan)
        players = plan.clients + 1
        sessionNumbers = assignments.map(\.index)
        endpoints = .allocate(capacity: assignments.count * players)
        for index in endpoints.indices {
            let user = index % players
            endpoints.initializeElement(
                at: index,
                to: Endpoint(
                    socket: -1,
                    session: Int32(index / players),
                    client: Int32(user - 1),
                    credentials: Wire.credentials(ofUser: user, in: assignments[index / players].session)
                )
            )
        }
        peers = .allocate(capacity: assignments.count * plan.clients)
        peers.initialize(repeating: Shard.unknownPeer)
        flows = Shard.makeFlows(plan: plan, schedule: schedule, assignments: assignments)
        outgoing = .allocate(byteCount: Wire.longestHeader + plan.size, alignment: 8)
        // 10 s of a flow: whoever is later than that counts as lost.
        windows = SequenceWindows(
            flows: assignments.count * plan.clients * plan.flowsPerClient,
            span: Int(min(plan.rate * 10, 65_536))
        )
    }

    private mutating func openSockets(_ assignments: [Assignment]) throws(BenchError) {
        for index in endpoints.indices {
            let user = index % players
            let address = assignments[index / players].address(ofUser: user)
            do {
                let socket = try UDPSocket.open(connectedTo: address, bufferBytes: user == 0 ? 4 << 20 : 1 << 20)
                endpoints[index].socket = socket
                try queue.watch(socket, tag: UInt32(index))
            } catch {
                throw Shard.explain(error, address: address, opened: index)
            }
        }
    }

    deinit {
        for endpoint in endpoints where endpoint.socket >= 0 { close(endpoint.socket) }
        endpoints.deallocate()
        flows.deallocate()
        peers.deallocate()
        outgoing.deallocate()
    }

    private static func explain(_ error: SystemCallError, address: UDPAddress, opened: Int) -> BenchError {
        switch error.code {
        case EMFILE, ENFILE:
            return BenchError(
                "No more sockets after \(opened) players (\(error)). Raise ulimit -n, or use fewer players."
            )
        case EAGAIN, EADDRINUSE, EADDRNOTAVAIL:
            return BenchError(
                """
                No free local UDP port for a socket to \(address) after \(opened) players (\(error)). \
                Widen net.ipv4.ip_local_port_range or use fewer players.
                """
            )
        case ENETUNREACH, EHOSTUNREACH:
            return BenchError("This machine has no route to \(address) (\(error)). Try another --family.")
        default:
            return BenchError("Cannot open a socket to \(address) (\(error)).")
        }
    }

    private static func makeFlows(
        plan: RunPlan,
        schedule: Schedule,
        assignments: [Assignment]
    ) -> UnsafeMutableBufferPointer<Flow> {
        let kinds: [PayloadHeader.Kind] =
            switch plan.direction {
            case .both: [.up, .down]
            case .up: [.up]
            case .down: [.down]
            }
        var list: [Flow] = []
        list.reserveCapacity(assignments.count * plan.clients * kinds.count)
        for (session, assignment) in assignments.enumerated() {
            let host = session * (plan.clients + 1)
            for client in 0..<plan.clients {
                for (lane, kind) in kinds.enumerated() {
                    let number = (assignment.index * plan.clients + client) * kinds.count + lane
                    list.append(
                        Flow(
                            slot: schedule.slot(ofFlow: number),
                            sender: kind == .up ? host + 1 + client : host,
                            session: Int32(session),
                            client: Int32(client),
                            kind: kind
                        )
                    )
                }
            }
        }
        list.sort { $0.slot < $1.slot }
        let flows = UnsafeMutableBufferPointer<Flow>.allocate(capacity: list.count)
        _ = flows.initialize(from: list)
        return flows
    }
}
