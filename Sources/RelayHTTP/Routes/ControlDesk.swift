package import RelayAdmin
package import RelayControl
package import RelayCore

/// What the control socket asks of the rest of the daemon.
package struct ControlDesk: Sendable {
    package var sessions: SessionService
    /// One page a worker.
    package var pages: [CounterPage]
    /// What the kernel has dropped before any worker saw it.
    package var kernelLosses: @Sendable () -> (overflows: UInt64, filtered: UInt64)
    package var version: String
    /// `sessions.host_timeout` and `sessions.user_timeout`, milliseconds.
    package var hostTimeout: UInt32
    package var userTimeout: UInt32
    /// Seconds since 1970.
    package var now: @Sendable () -> Double
    package var reload: @Sendable () async -> ReloadBody
    package var logLevel: @Sendable () -> String
    /// False where there is no such level.
    package var setLogLevel: @Sendable (String) -> Bool
    let startedAt = ContinuousClock.now

    package init(
        sessions: SessionService,
        pages: [CounterPage],
        kernelLosses: @escaping @Sendable () -> (overflows: UInt64, filtered: UInt64),
        version: String,
        hostTimeout: UInt32,
        userTimeout: UInt32,
        now: @escaping @Sendable () -> Double,
        reload: @escaping @Sendable () async -> ReloadBody,
        logLevel: @escaping @Sendable () -> String,
        setLogLevel: @escaping @Sendable (String) -> Bool
    ) {
        self.sessions = sessions
        self.pages = pages
        self.kernelLosses = kernelLosses
        self.version = version
        self.hostTimeout = hostTimeout
        self.userTimeout = userTimeout
        self.now = now
        self.reload = reload
        self.logLevel = logLevel
        self.setLogLevel = setLogLevel
    }

    /// The drops of all workers since the start, by reason.
    var drops: [DropReason: UInt64] {
        var drops: [DropReason: UInt64] = [:]
        for reason in DropReason.allCases { drops[reason] = pages.reduce(0) { $0 + $1[reason] } }
        return drops
    }

    var traffic: TrafficBody {
        func sum(_ counter: Counter) -> UInt64 { pages.reduce(0) { $0 + $1[counter] } }
        var traffic = TrafficBody()
        traffic.receivedDatagrams = sum(.receivedDatagrams)
        traffic.receivedBytes = sum(.receivedBytes)
        traffic.toHostDatagrams = sum(.toHostDatagrams)
        traffic.toHostBytes = sum(.toHostBytes)
        traffic.toClientDatagrams = sum(.toClientDatagrams)
        traffic.toClientBytes = sum(.toClientBytes)
        traffic.answeredPings = sum(.answeredPings)
        traffic.invalidReplies = sum(.invalidReplies)
        traffic.receiveBatches = sum(.receiveBatches)
        traffic.sendBatches = sum(.sendBatches)
        (traffic.queueOverflows, traffic.filteredDatagrams) = kernelLosses()
        traffic.heldDatagrams = sum(.heldNow)
        return traffic
    }
}
