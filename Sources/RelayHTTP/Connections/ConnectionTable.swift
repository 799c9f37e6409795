internal import Logging
internal import NIOCore
internal import RelayNet
internal import Synchronization

/// The connections of one listener: places, debts, figures.
final class ConnectionTable: Sendable {
    private struct State {
        var places: ConnectionPlaces
        var connections: [UInt64: ServedConnection] = [:]
        /// Accepted, but not set up yet.
        var waiting: [ObjectIdentifier: ServedConnection] = [:]
        var refused: [ConnectionPlaces.Refusal: UInt64] = [:]
        var closedEarly: [EarlyEnd: UInt64] = [:]
        var refusedAnswers: [OwedAnswers.Refusal: UInt64] = [:]
        var unlogged: UInt64 = 0
        var nextLog: ContinuousClock.Instant?
    }

    /// Why a connection was ended before its time.
    enum EarlyEnd: String, Sendable, CaseIterable {
        /// It was idle, and its place was needed.
        case idle
        /// It did not read, and the memory was needed.
        case unread
    }

    /// At most one line in so long says what was refused.
    private static let logInterval = Duration.seconds(10)
    /// Numbers of connections, each given once in the life of the process.
    private static let nextID = Atomic<UInt64>(0)

    /// The configuration key of the listener's address.
    let name: String
    private let isExempt: @Sendable (IPAddress) -> Bool
    private let trustsEverybody: Bool
    private let owed: OwedAnswersBook
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - trustsEverybody: for the control socket: whoever may open it may do everything.
    ///   - isExempt: whether an address stands for many, as a trusted proxy's does.
    init(
        name: String,
        limits: ListenerLimits,
        trustsEverybody: Bool,
        owed: OwedAnswersBook,
        logger: Logger,
        isExempt: @escaping @Sendable (IPAddress) -> Bool
    ) {
        self.name = name
        self.isExempt = isExempt
        self.trustsEverybody = trustsEverybody
        self.owed = owed
        self.logger = logger
        state = Mutex(
            State(places: ConnectionPlaces(total: limits.maxConnections, perSource: limits.maxConnectionsPerSource))
        )
    }

    /// Gives an accepted connection a place; its end gives it back.
    /// - Returns: whether there is one.
    func admit(_ channel: any Channel) -> Bool {
        let peer = channel.remoteAddress?.address
        let source = peer.flatMap { isExempt($0) ? nil : $0.sourceNetwork }
        let id = Self.nextID.add(1, ordering: .relaxed).newValue
        let connection = ServedConnection(
            id: id,
            source: source,
            isProven: trustsEverybody,
            channel: channel,
            table: self
        )
        let (admission, victim) = state.withLock { state -> (ConnectionPlaces.Admission, ServedConnection?) in
            let admission = state.places.admit(id, from: source, now: .now)
            switch admission {
            case .admitted(let closing):
                state.connections[id] = connection
                state.waiting[ObjectIdentifier(channel)] = connection
                if trustsEverybody { state.places.prove(id) }
                guard let closing else { return (admission, nil) }
                state.closedEarly[.idle, default: 0] += 1
                return (admission, state.connections[closing])
            case .refused: return (admission, nil)
            }
        }
        victim?.close()
        switch admission {
        case .admitted:
            channel.closeFuture.whenComplete { [self] _ in remove(connection, channel) }
            return true
        case .refused(let refusal):
            note(refusal, peer)
            return false
        }
    }

    /// The connection of a channel that `admit` let in.
    func claim(_ channel: any Channel) -> ServedConnection? {
        state.withLock { $0.waiting.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    private func remove(_ connection: ServedConnection, _ channel: any Channel) {
        connection.closed()
        owed.close(connection.id)
        state.withLock {
            $0.places.remove(connection.id)
            $0.connections.removeValue(forKey: connection.id)
            $0.waiting.removeValue(forKey: ObjectIdentifier(channel))
        }
    }

    func prove(_ id: UInt64) { state.withLock { $0.places.prove(id) } }

    func setIdle(_ id: UInt64) { state.withLock { $0.places.setIdle(id) } }

    /// - Returns: whether the request may be served.
    func setBusy(_ id: UInt64) -> Bool {
        let isServed = state.withLock { $0.places.setBusy(id) }
        if !isServed { note(.kept, nil) }
        return isServed
    }

    func owe(_ bytes: Int, by connection: ServedConnection, isOwed: Bool = true) -> OwedAnswers.Refusal? {
        let refusal = owed.owe(bytes, by: connection, isOwed: isOwed)
        // An answer that was made while its connection closed is owed to nobody.
        if isOwed, connection.isClosed { owed.close(connection.id) }
        if let refusal { state.withLock { $0.refusedAnswers[refusal, default: 0] += 1 } }
        return refusal
    }

    func progress(_ id: UInt64) { owed.progress(id) }

    func paid(_ bytes: Int, by id: UInt64) { owed.paid(bytes, by: id) }

    /// Ends a connection that does not read.
    /// - Returns: whether it is one of this listener's.
    @discardableResult
    func cutOff(_ id: UInt64) -> Bool {
        let connection = state.withLock { state -> ServedConnection? in
            guard let connection = state.connections[id] else { return nil }
            state.closedEarly[.unread, default: 0] += 1
            return connection
        }
        connection?.abort()
        return connection != nil
    }

    private func note(_ refusal: ConnectionPlaces.Refusal, _ peer: IPAddress?) {
        let now = ContinuousClock.now
        let count = state.withLock { state -> UInt64? in
            state.refused[refusal, default: 0] += 1
            state.unlogged += 1
            if let next = state.nextLog, now < next { return nil }
            state.nextLog = now + Self.logInterval
            defer { state.unlogged = 0 }
            return state.unlogged
        }
        guard let count else { return }
        logger.warning(
            "connections are refused: \(words(refusal))",
            metadata: [
                "listener": "\(name)", "reason": "\(refusal.rawValue)", "count": "\(count)",
                "latest": "\(peer?.description ?? "unknown")",
            ]
        )
    }

    /// What `/metrics` shows of the listener.
    struct Figures: Sendable {
        var open: Int
        var refused: [ConnectionPlaces.Refusal: UInt64]
        var closedEarly: [EarlyEnd: UInt64]
        var refusedAnswers: [OwedAnswers.Refusal: UInt64]
    }

    var figures: Figures {
        state.withLock {
            Figures(
                open: $0.connections.count,
                refused: $0.refused,
                closedEarly: $0.closedEarly,
                refusedAnswers: $0.refusedAnswers
            )
        }
    }
}

extension ConnectionTable {
    /// What happened, and which key bounds it.
    private func words(_ refusal: ConnectionPlaces.Refusal) -> String {
        // The control socket has no key for it: a person or two use it.
        let bound = trustsEverybody ? "there may be here" : "limits.api_connections"
        switch refusal {
        case .source: return "one source has as many as limits.connections_per_source, and all of them are in use"
        case .full: return "there are as many as \(bound), and all of them are in use"
        case .kept: return "only the places kept for API keys are left (\(bound)), and the request had none"
        }
    }
}
