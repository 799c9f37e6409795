package import RelayCore

/// How the data plane is set up. Fixed until the next start.
package struct PlaneSettings: Sendable {
    /// Threads that forward, at least 1.
    package var workers = 1
    /// Local address of the UDP ports; `::` is both families on all addresses.
    package var bind: PeerAddress
    package var ports: PortMode
    /// The class of service that everything sent is marked with (RFC 2474), 0 … 63.
    package var dscp: UInt8 = 0
    /// Sessions and users that one worker can hold.
    package var sessionsPerWorker = 100_000
    package var usersPerWorker = 1_048_576
    /// Where no process before has left its tables, nothing is read until `confirmRestored`: who belongs to a stored session
    /// must not be taken for a stranger. What arrives meanwhile waits in the sockets.
    package var waitsForSessions = false
    /// Whether the kernel drops what cannot be a game's datagram, but for a sample, before it wakes a worker.
    package var filtersInKernel = true
    /// Whether some datagrams are timed from their arrival to their leaving. The kernel reads a clock for every datagram then.
    package var measuresLatency = true
    package var engine = EngineSettings()
    package var guesses = GuessLedger.Settings()

    /// Where each worker's tables stand in its memory.
    var layout: EngineLayout {
        EngineLayout(userCapacity: usersPerWorker, sessionCapacity: sessionsPerWorker)
    }

    package init(bind: PeerAddress, ports: PortMode) {
        self.bind = bind
        self.ports = ports
    }
}

/// Which UDP ports sessions are served on.
package enum PortMode: Sendable, Equatable {
    /// One pair for all; port 0 takes any free one.
    case shared(PortPair)
    /// A pair of neighbours for each session, from this range.
    case dedicated(ClosedRange<UInt16>)

    /// How many dedicated pairs there are.
    package var dedicatedPairs: Int {
        switch self {
        case .shared: 0
        case .dedicated(let range): range.count / 2
        }
    }
}
