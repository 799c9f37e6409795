/// What a run does: how many players, how fast, how big, for how long.
package struct RunPlan: Sendable, Equatable {
    /// Which way the measured datagrams go.
    package enum Direction: String, CaseIterable, Sendable, Codable {
        /// Every client sends to its host, and the host sends as many back to every client.
        case both
        /// Clients to host only.
        case up
        /// Host to clients only.
        case down
    }

    /// Which IP version the players use.
    package enum Family: String, CaseIterable, Sendable, Codable {
        /// The version of the address that the API announces.
        case announced
        case ipv4
        case ipv6
        /// Hosts and clients alternate between both, so that sessions cross from one to the other.
        case mixed
    }

    /// What the players speak.
    package enum Wire: String, CaseIterable, Sendable, Codable {
        /// The relay protocol of the shipped game transports.
        case relay
        /// Clients speak TURN, their host plain UDP with the addresses that the TURN server gave them.
        case turn
        /// Bare payloads, for forwarders that know where every port leads.
        case plain
    }

    /// Which datagrams follow each other.
    package enum Order: String, CaseIterable, Sendable, Codable {
        /// Neighbours belong to different sessions: no forwarder can gather any of them.
        case spread
        /// All flows of a session fire together, as at the tick of a game.
        case burst
    }

    package var wire = Wire.relay
    /// Sessions created for the run, 1 or more.
    package var sessions = 100
    /// Clients in each session beside its host, 1 … 65,535.
    package var clients = 8
    /// Datagrams per second of each client and direction, above 0.
    package var rate = 30.0
    /// Payload bytes of every datagram; see ``payloadSizes``.
    package var size = 120
    /// Time measured.
    package var duration = Duration.seconds(10)
    /// Time before it, at the same rate: verified, but left out of every figure.
    package var warmup = Duration.seconds(1)
    /// Longest wait for stragglers after the last planned datagram.
    package var drain = Duration.seconds(1)
    /// Longest wait until every player has joined.
    package var joinLimit = Duration.seconds(15)
    package var direction = Direction.both
    package var family = Family.announced
    /// Sending threads; `nil` chooses by rate. Sessions are dealt out to them whole.
    package var threads: Int?
    /// Moves every flow's phase within its period; the same seed gives the same schedule.
    package var seed: UInt64 = 1
    /// Delay of the generator's own sending or receiving (99th percentile) past which its figures say nothing of the relay.
    package var tolerance = Duration.milliseconds(5)
    /// Loss of measured datagrams, in percent, up to which a run is still a success.
    package var allowedLossPercent = 0.0
    package var order = Order.spread
    /// Datagrams that a flow sends back to back when its turn comes; turns are as much rarer.
    package var burst = 1
    /// Sends as fast as the kernel takes it for warm-up and duration, instead of at ``rate``.
    package var flood = false
    /// Hands the kernel what one player sends in a row as one message, so that a flood is more than a forwarder can carry.
    package var together = false
    /// Never sleeps while it sends, so that no forwarder pays for waking the generator.
    package var spins = false
    /// One datagram in so many is read and verified, the others are only counted; 1 reads all.
    package var sample = 1
    /// Looks for the highest total rate without loss instead of sending at ``rate`` for ``duration``.
    package var findsLossFree = false
    /// A process on this machine, the forwarder, whose processor time is measured.
    package var watchedProcess: Int32?

    package init() {}

    /// The payload sizes that a run can have: below, the payload's own header does not fit; above, the host's datagram
    /// with its 13-byte relay header would pass the 1200 bytes that game clients never exceed.
    package static let payloadSizes = PayloadHeader.size...1187

    /// Directions in which each client has a flow of its own: 1 or 2.
    package var flowsPerClient: Int { direction == .both ? 2 : 1 }

    /// Players of the whole run, hosts included: each has a socket of its own.
    package var players: Int { sessions * (clients + 1) }

    /// Datagrams the generator plans to send in a second, all flows together.
    package var plannedPerSecond: Double { Double(sessions * clients * flowsPerClient) * rate }

    /// Threads the run uses: the ones asked for, never more than sessions.
    package func threadCount(cores: Int) -> Int {
        // A search weighs what all of its sockets saw after every step, and a flood takes whatever core it has.
        if findsLossFree { return 1 }
        // One thread sends and receives about 65,000 datagrams a second on a small machine's core; a second thread
        // below that would only take a core from the relay.
        let byRate = flood ? 1 : min(Int(plannedPerSecond / RunPlan.plannedPerThread) + 1, max(cores - 1, 1))
        let wanted = threads ?? byRate
        return max(1, min(wanted, sessions))
    }

    /// Datagrams a second that one thread is given before another is started.
    package static let plannedPerThread = 60_000.0
}
