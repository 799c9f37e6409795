package import Logging
package import RelayCore

/// The rules of lobbies: the manager's lobby services, and in each of them the lobbies in which players gather.
///
/// A lobby is written before it is answered for, and its relay session is made by the `SessionDirectory` like anybody
/// else's. Changes of one lobby happen one after the other.
package actor LobbyService {
    let directory: any SessionDirectory
    let activity: @Sendable (_ session: UInt32) async -> SessionActivity?
    let silences: @Sendable (_ users: [UInt32], _ session: UInt32) async -> [UInt32?]
    let store: any LobbyStore
    let logger: Logger
    let now: @Sendable () -> Double
    /// For ages: nobody sets it.
    let uptime: @Sendable () -> Double
    let random: any RandomSource

    var settings: LobbySettings
    var isRestored = false
    var deployments: [String: LobbyDeployment] = [:]
    var entries: [String: Entry] = [:]
    /// By the names of lobby services; a service without lobbies has none.
    var shelves: [String: LobbyShelf] = [:]
    var idsBySession: [String: String] = [:]
    /// Names of services that are being changed; a second change waits.
    private var locks = KeyedLock()
    /// Lobbies that ended, but whose removal the disk refused.
    var owedRemovals: Set<String> = []
    var listeners: [UInt64: Listener] = [:]
    var nextListener: UInt64 = 0
    var lastQuietEvent: Double = 0

    /// A lobby, and what is known of who is there. Times are of `uptime`.
    struct Entry: Sendable {
        var lobby: Lobby { didSet { snapshot = LobbySnapshot(lobby) } }
        private(set) var snapshot: LobbySnapshot
        var seats: LobbySeats
        /// When a request last named it.
        var lastNamed: Double
        /// When the host's source last named it.
        var hostNamedAt: Double
        /// From when on silence counts: the start of the game, or of the daemon.
        var servedSince: Double
        /// The relay session's token, once it was needed.
        var sessionToken: UInt32?
        /// Before this time the host's silence cannot be long enough.
        var nextCheck: Double = 0
        /// When the seats are looked at again.
        var nextRefresh: Double = 0
        /// Questions to the data plane that may be asked although it was asked a moment ago.
        private var questions = mostQuestions
        private var questionsAt: Double

        init(_ lobby: Lobby, at time: Double) {
            self.lobby = lobby
            snapshot = LobbySnapshot(lobby)
            seats = LobbySeats(lobby.players, at: time)
            lastNamed = time
            hostNamedAt = time
            servedSince = time
            questionsAt = time
        }

        private static let mostQuestions: Double = 20

        /// Whether there is one; each second brings another.
        mutating func takeQuestion(at time: Double) -> Bool {
            questions = min(Self.mostQuestions, questions + time - questionsAt)
            questionsAt = time
            guard questions >= 1 else { return false }
            questions -= 1
            return true
        }
    }

    /// - Parameters:
    ///   - directory: where relay sessions are made.
    ///   - activity: what was heard in a session, by its token; `nil` where it is not served.
    ///   - silences: milliseconds since each of these users of a session was heard, by their tokens; `nil` for those who
    ///     never were.
    ///   - now: seconds since 1970.
    ///   - uptime: seconds of a clock that nobody sets; that of `now` where none is given.
    package init(
        directory: any SessionDirectory,
        activity: @escaping @Sendable (_ session: UInt32) async -> SessionActivity?,
        silences: @escaping @Sendable (_ users: [UInt32], _ session: UInt32) async -> [UInt32?],
        store: any LobbyStore,
        settings: LobbySettings,
        logger: Logger,
        now: @escaping @Sendable () -> Double,
        uptime: (@Sendable () -> Double)? = nil,
        random: any RandomSource = SystemRandomSource()
    ) {
        self.directory = directory
        self.activity = activity
        self.silences = silences
        self.store = store
        self.settings = settings
        self.logger = logger
        self.now = now
        self.uptime = uptime ?? now
        self.random = random
    }

    /// Whether calls are answered.
    package var isReady: Bool { isRestored }

    package var counts: LobbyCounts {
        LobbyCounts(
            deployments: deployments.values.count { $0.isDeployed },
            lobbies: entries.count,
            players: entries.values.reduce(0) { $0 + $1.lobby.players.count },
            listeners: listeners.count
        )
    }

    /// Takes over reloaded settings.
    package func apply(_ settings: LobbySettings) { self.settings = settings }

    func requireReady() throws(RelayError) {
        if isRestored { return }
        throw RelayError(.unavailable, "still restoring the lobbies of the last run: try again in a moment")
    }

    /// - Throws: `.notFound` where players are not served under this name.
    func requireDeployed(_ name: String) throws(RelayError) {
        try requireReady()
        guard deployments[name]?.isDeployed == true else {
            throw RelayError(.notFound, "there is no lobby service at this url, or it is not deployed")
        }
    }

    func lobby(_ id: String, in deployment: String) throws(RelayError) -> Lobby {
        guard let lobby = entries[id]?.lobby, lobby.deployment == deployment else { throw Self.noLobby }
        return lobby
    }

    static var noLobby: RelayError { RelayError(.notFound, "there is no such lobby: it never existed, or has ended") }

    /// A request named the lobby, so somebody still cares.
    func touch(_ id: String, by caller: LobbyCaller) {
        let time = uptime()
        let source = caller.source
        entries[id]?.lastNamed = time
        entries[id]?.seats.named(by: source, at: time)
        if entries[id]?.lobby.host?.source == source { entries[id]?.hostNamedAt = time }
    }

    /// Shows the lobby as it is now; one that has ended stays gone.
    func show(_ lobby: Lobby) {
        guard let before = entries[lobby.id]?.lobby else { return }
        entries[lobby.id]?.lobby = lobby
        shelves[lobby.deployment]?.change(from: before, to: lobby)
    }

    /// Takes in a lobby.
    func insert(_ lobby: Lobby) {
        entries[lobby.id] = Entry(lobby, at: uptime())
        shelves[lobby.deployment, default: LobbyShelf()].add(lobby)
        if let session = lobby.sessionID { idsBySession[session] = lobby.id }
    }

    /// Lets go of a lobby; its relay session is the caller's to end.
    func take(_ id: String) -> Lobby? {
        guard let lobby = entries.removeValue(forKey: id)?.lobby else { return nil }
        shelves[lobby.deployment]?.remove(lobby)
        if shelves[lobby.deployment]?.ids.isEmpty == true { shelves[lobby.deployment] = nil }
        if let session = lobby.sessionID { idsBySession[session] = nil }
        return lobby
    }

    func save(_ change: LobbyChange) async throws(RelayError) {
        do {
            try await store.commit(change)
        } catch {
            throw RelayError(.unavailable, "the change could not be made durable: \(error.message)")
        }
    }

    // MARK: One change at a time

    /// Does the work to its end even when the caller hangs up, and after the other changes under the same key.
    nonisolated func exclusively<Value: Sendable>(
        _ key: String,
        _ work: @escaping @Sendable () async throws(RelayError) -> Value
    ) async throws(RelayError) -> Value {
        let task = Task { () async -> Result<Value, RelayError> in
            await self.enter(key)
            let result: Result<Value, RelayError>
            do throws(RelayError) { result = .success(try await work()) } catch { result = .failure(error) }
            await self.leave(key)
            return result
        }
        return try await task.value.get()
    }

    private func enter(_ key: String) async {
        if locks.tryEnter(key) { return }
        await withCheckedContinuation { locks.wait(for: key, $0) }
    }

    private func leave(_ key: String) { locks.leave(key) }
}
