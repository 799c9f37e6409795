import Logging
import RelayControl
import RelayCore
import RelayNet
import Synchronization

/// A lobby service on a session service, both on fakes.
struct LobbyFixture {
    let sessions: Fixture
    let disk: FakeLobbyStore
    let activity = ActivityBox()
    let lobbies: LobbyService

    static let host = LobbyCaller(address: IPAddress(ipv4: 0x0A00_0001))
    static let joiner = LobbyCaller(address: IPAddress(ipv4: 0x0A00_0002))
    static let stranger = LobbyCaller(address: IPAddress(ipv4: 0x0A00_0003))
    static let backend = LobbyCaller(address: IPAddress(ipv4: 0x0A00_0004), isTrusted: true)

    init(sessions: Fixture, disk: FakeLobbyStore = FakeLobbyStore(), settings: LobbySettings = LobbySettings()) {
        self.sessions = sessions
        self.disk = disk
        lobbies = LobbyService(
            directory: sessions.service,
            activity: { [activity] _ in activity.now },
            silences: { [activity] users, _ in activity.silences(of: users) },
            store: disk,
            settings: settings,
            logger: sessions.log.logger,
            now: { [clock = sessions.clock] in clock.now },
            random: SeededRandom(seed: 7)
        )
    }

    /// With the service `game` deployed.
    static func deployed(settings: LobbySettings = LobbySettings()) async throws -> LobbyFixture {
        let fixture = LobbyFixture(sessions: try await .ready(), settings: settings)
        try await fixture.lobbies.restore()
        _ = try await fixture.lobbies.createDeployment("game")
        _ = try await fixture.lobbies.deploy("game")
        return fixture
    }

    /// The daemon after a restart.
    func restarted() async throws -> LobbyFixture {
        let again = LobbyFixture(sessions: try await sessions.restarted(), disk: FakeLobbyStore(disk.contents))
        try await again.lobbies.restore()
        return again
    }

    /// The lobbies as players see them.
    func list(tags: [String] = [], by caller: LobbyCaller = Self.stranger) async throws(RelayError) -> [Lobby] {
        try await lobbies.list(in: "game", by: caller).matching(tags).map(\.lobby)
    }

    static func caller(_ number: UInt32) -> LobbyCaller { LobbyCaller(address: IPAddress(ipv4: 0x0B00_0000 + number)) }

    func create(
        capacity: Int = 4,
        isJoinable: Bool = true,
        by caller: LobbyCaller = Self.host
    ) async throws(RelayError) -> Lobby {
        let request = LobbyRequest(name: "room", capacity: capacity, isJoinable: isJoinable, playerID: "host")
        return try await lobbies.create(request, in: "game", by: caller).lobby
    }

    @discardableResult
    func join(_ id: String, as player: String = "ada", by caller: LobbyCaller = Self.joiner) async throws(RelayError)
        -> LobbyView
    {
        try await lobbies.join(id, playerID: player, in: "game", by: caller)
    }

    @discardableResult
    func start(_ id: String, by caller: LobbyCaller = Self.host) async throws(RelayError) -> LobbyView {
        try await lobbies.start(id, in: "game", by: caller)
    }

    func get(_ id: String, by caller: LobbyCaller = Self.host) async throws(RelayError) -> LobbyView {
        try await lobbies.get(id, in: "game", by: caller)
    }
}

/// What the plane says it heard.
final class ActivityBox: Sendable {
    private struct State {
        var activity: SessionActivity? = SessionActivity(hostSilence: 0, silence: 0)
        var silences: [UInt32: UInt32] = [:]
        var asked: [[UInt32]] = []
    }

    private let state = Mutex(State())

    var now: SessionActivity? {
        get { state.withLock { $0.activity } }
        set { state.withLock { $0.activity = newValue } }
    }

    /// Every question about users so far.
    var asked: [[UInt32]] { state.withLock { $0.asked } }

    /// The user was heard so many milliseconds ago; `nil` for never.
    func set(_ silence: UInt32?, user token: UInt32?) {
        guard let token else { return }
        state.withLock { $0.silences[token] = silence }
    }

    func silences(of users: [UInt32]) -> [UInt32?] {
        state.withLock { state in
            state.asked.append(users)
            return users.map { state.silences[$0] }
        }
    }
}

/// Lobbies in memory.
final class FakeLobbyStore: LobbyStore {
    struct Disk: Sendable {
        var deployments: [String: LobbyDeployment] = [:]
        var lobbies: [String: Lobby] = [:]
        /// How many lobbies were written whole, and how many rows of players alone.
        var wholeLobbies = 0
        var playerRows = 0
    }

    private let disk: Mutex<Disk>
    private let failing = Mutex(false)

    init(_ disk: Disk = Disk()) { self.disk = Mutex(disk) }

    var contents: Disk { disk.withLock { $0 } }

    func fail(_ fails: Bool) { failing.withLock { $0 = fails } }

    func loadLobbies() async throws(SessionStoreError) -> StoredLobbies {
        StoredLobbies(deployments: Array(contents.deployments.values), lobbies: Array(contents.lobbies.values))
    }

    func commit(_ change: LobbyChange) async throws(SessionStoreError) {
        if failing.withLock({ $0 }) { throw SessionStoreError(.other, "the disk is broken") }
        disk.withLock { disk in
            switch change {
            case .saveDeployment(let deployment): disk.deployments[deployment.name] = deployment
            case .removeDeployment(let name): disk.deployments[name] = nil
            case .saveLobby(var lobby):
                lobby.silentSeats = 0
                disk.lobbies[lobby.id] = lobby
                disk.wholeLobbies += 1
            case .changeLobby(let lobby):
                var alone = lobby
                alone.silentSeats = 0
                alone.players = disk.lobbies[lobby.id]?.players ?? []
                disk.lobbies[lobby.id] = alone
            case .addPlayer(let player, let id):
                disk.lobbies[id]?.players.append(player)
                disk.playerRows += 1
            case .removePlayer(let number, let id):
                disk.lobbies[id]?.players.removeAll { $0.number == number }
                disk.playerRows += 1
            case .removeLobby(let id): disk.lobbies[id] = nil
            }
        }
    }
}
