import Glibc

/// One thread's share of a run: its sessions, each with all of its players, and their sockets.
///
/// A host and its clients always share a thread, so every datagram is checked where it was sent and nothing is locked.
/// While datagrams are sent and read, nothing is allocated.
struct Shard<Wire: DatagramProtocol>: ~Copyable {
    /// A player: the host (client -1) or a client of one session.
    struct Endpoint: BitwiseCopyable {
        var socket: Int32
        /// The session's number within this shard.
        var session: Int32
        var client: Int32
        /// Hosts: a keep-alive was answered with Valid. Clients: the host's welcome has come.
        var hasJoined = false
        /// The next step of the wire's set-up; clients only.
        var setupStep: UInt8 = 0
        /// When a set-up request that was refused may be made again, in milliseconds from the beginning.
        var retriesAt: UInt32 = 0
        /// The socket's drop counter when the schedule began.
        var firstDrops: UInt32 = 0
        var credentials: Wire.Credentials

        var role: PlayerRole { client < 0 ? .host : .client }
    }

    /// One stream of measured datagrams, from a host to a client or back.
    struct Flow: BitwiseCopyable {
        var slot: Int32
        /// Index of the sender in ``Shard/endpoints``.
        var sender: Int32
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
    /// The process whose processor time this shard notes, if it is the one to do so.
    let watchedProcess: Int32?
    /// Time to wait for datagrams at least, while others are sent, in nanoseconds.
    let turnInterval: UInt64
    /// Whole-run numbers of this shard's sessions.
    let sessionNumbers: [Int]
    /// Players of a session: its clients and the host, which comes first.
    let players: Int
    /// Time between two keep-alives of a player: as in the shipped clients, and longer where so many players would
    /// send more of them than of anything else.
    let keepAliveInterval: UInt64

    let endpoints: UnsafeMutableBufferPointer<Endpoint>
    /// In the order of their slots.
    let flows: UnsafeMutableBufferPointer<Flow>
    /// The id under which a session's host knows each client; ``unknownPeer`` before its first datagram.
    let peers: UnsafeMutableBufferPointer<Int64>
    /// Where each session's host waits, unless its socket is connected.
    let hosts: UnsafeMutableBufferPointer<IPv4Endpoint>
    /// When each flow's last measured datagram reached its receiver, by the flow's number in ``windows``; 0 before the first.
    let lastDeliveries: UnsafeMutableBufferPointer<UInt64>
    let outgoing: UnsafeMutableRawBufferPointer
    var gathered = Gathered()
    var queue: EventQueue
    var batch = ReceiveBatch(takesSources: Wire.hostSocket != .connected)
    var windows: SequenceWindows
    var tally = Tally()

    var phase = Phase.joining
    var isPrepared = false
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
    /// When the datagram that is being looked at reached its socket.
    var deliveredAt: UInt64 = 0
    var nextPublication: UInt64 = 0
    var joinedHosts = 0
    var joinedClients = 0
    /// Measured payloads read, each once, warm-up included.
    var arrivalsRead: UInt64 = 0
    /// The arrivals that draining saw last, and when it looks again.
    var settledArrivals: UInt64 = 0
    var nextSettlement: UInt64 = 0
    /// What had happened when the measured time began; `nil` before.
    var opening: Edge?

    static var unknownPeer: Int64 { .min }
    /// Time between two attempts of a player to join, as in the shipped clients' transport.
    static var joinInterval: UInt64 { 200_000_000 }

    /// Whether datagrams leave at planned times and each is told to be of the warm-up or measured.
    var isPaced: Bool { !plan.flood && !plan.findsLossFree }
    var isSampled: Bool { plan.sample > 1 }

    init(
        plan: RunPlan,
        assignments: [Assignment],
        runNumber: UInt32,
        control: RunControl,
        status: ShardStatus,
        watchedProcess: Int32?,
        turnInterval: UInt64,
        queue: consuming EventQueue
    ) {
        self.plan = plan
        self.runNumber = runNumber
        self.control = control
        self.status = status
        self.watchedProcess = watchedProcess
        self.turnInterval = turnInterval
        self.queue = queue
        schedule = Schedule(plan)
        players = plan.clients + 1
        sessionNumbers = assignments.map(\.index)
        keepAliveInterval = max(500_000_000, UInt64(plan.players) * 1_000_000_000 / Shard.keepAlivesPerSecond)
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
        hosts = .allocate(capacity: assignments.count)
        hosts.initialize(repeating: IPv4Endpoint(packed: 0))
        flows = Shard.makeFlows(plan: plan, schedule: schedule, assignments: assignments)
        outgoing = .allocate(
            byteCount: max((Wire.longestHeader + plan.size) * (plan.together ? Gathered.most : 1), Wire.longestMessage),
            alignment: 8
        )
        windows = SequenceWindows(flows: max(1, flows.count), span: Shard.span(plan: plan))
        lastDeliveries = .allocate(capacity: max(1, flows.count))
        lastDeliveries.initialize(repeating: 0)
    }

    /// Keep-alives a second of the whole run, at most.
    private static var keepAlivesPerSecond: UInt64 { 20_000 }

    /// Sequence numbers to remember for each flow: those of 10 s, later than which nobody counts, while the windows of
    /// all flows together stay below 32 MiB or so.
    private static func span(plan: RunPlan) -> Int {
        let affordable = (1 << 28) / (plan.sessions * plan.clients * plan.flowsPerClient)
        let wanted = plan.flood || plan.findsLossFree ? 65_536 : Int(min(plan.rate * 10, 65_536))
        return max(64, min(wanted, affordable))
    }

    deinit {
        for endpoint in endpoints where endpoint.socket >= 0 { close(endpoint.socket) }
        endpoints.deallocate()
        flows.deallocate()
        peers.deallocate()
        hosts.deallocate()
        lastDeliveries.deallocate()
        outgoing.deallocate()
    }
}
