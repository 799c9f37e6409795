package import Logging
package import RelayCore

/// The rules of lobbies: the manager's lobby services, and in each of them the lobbies in which players gather.
///
/// A lobby is written before it is answered for, and its relay session is made by the `SessionDirectory` like anybody
/// else's. Changes of one lobby happen one after the other.
package actor LobbyService {
    let directory: any SessionDirectory
    let activity: @Sendable (UInt32) async -> SessionActivity?
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
    var idsBySession: [String: String] = [:]
    /// Names of services that are being changed; a second change waits.
    private var locks = KeyedLock()
    /// Lobbies that ended, but whose removal the disk refused.
    var owedRemovals: Set<String> = []
    var listeners: [UInt64: Listener] = [:]
    var nextListener: UInt64 = 0
    var lastQuietEvent: Double = 0

    /// A lobby, and when a request last named it. Times are of `uptime`.
    struct Entry: Sendable {
        var lobby: Lobby
        var lastNamed: Double
        /// From when on the host's silence counts: the start of the game, or of the daemon.
        var servedSince: Double
        /// Before this time the host's silence cannot be long enough.
        var nextCheck: Double = 0
    }

    /// - Parameters:
    ///   - directory: where relay sessions are made.
    ///   - activity: what was heard in a session, by its token; `nil` where it is not served.
    ///   - now: seconds since 1970.
    ///   - uptime: seconds of a clock that nobody sets; that of `now` where none is given.
    package init(
        directory: any SessionDirectory,
        activity: @escaping @Sendable (UInt32) async -> SessionActivity?,
        store: any LobbyStore,
        settings: LobbySettings,
        logger: Logger,
        now: @escaping @Sendable () -> Double,
        uptime: (@Sendable () -> Double)? = nil,
        random: any RandomSource = SystemRandomSource()
    ) {
        self.directory = directory
        self.activity = activity
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

    /// Reads back what there was before the daemon stopped; games whose relay session is gone have ended.
    /// Call it once the directory is ready.
    /// - Throws: what the store throws.
    package func restore() async throws(SessionStoreError) {
        guard !isRestored else { return }
        let stored = try await store.loadLobbies()
        for damage in stored.damaged { logger.error("damaged record, not served: \(damage)") }
        for deployment in stored.deployments { deployments[deployment.name] = deployment }
        for lobby in stored.lobbies {
            entries[lobby.id] = Entry(lobby: lobby, lastNamed: uptime(), servedSince: uptime())
            if let session = lobby.sessionID { idsBySession[session] = lobby.id }
        }
        isRestored = true
        for lobby in stored.lobbies {
            if deployments[lobby.deployment]?.isDeployed != true {
                await end(lobby.id, because: "its lobby service is not deployed")
            } else if let session = lobby.sessionID, await !isAlive(session) {
                await end(lobby.id, because: "its relay session ended")
            }
        }
        logger.info("restored \(deployments.count) lobby services with \(entries.count) lobbies")
    }

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
    func touch(_ id: String) { entries[id]?.lastNamed = uptime() }

    func isAlive(_ sessionID: String) async -> Bool {
        do {
            _ = try await directory.session(id: sessionID)
            return true
        } catch {
            return error.code != .notFound
        }
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
