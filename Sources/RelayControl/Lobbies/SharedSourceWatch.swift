package import Logging
internal import RelayCore
internal import RelayNet

/// Finds out which addresses of lobby calls stand for many players: a proxy or NAT that sends no header (docker-proxy,
/// Kubernetes) gives itself away by its players' datagrams, which come from several networks and not from it.
package actor SharedSourceWatch {
    /// How many games a look takes in.
    private static let gamesALook = 64
    /// Players who were heard within so many seconds play at the same time. One player who moves is no second one.
    private static let memory: Double = 60

    /// Who was heard last from a network.
    private struct Heard {
        var user: UInt32
        var at: Double
    }

    private let lobbies: LobbyService
    private let inspect: @Sendable (String) async -> InspectedSession?
    private let sources: SharedSources
    private let logger: Logger
    private let uptime: @Sendable () -> Double
    /// By the source of the calls, then by the network that the datagrams came from.
    private var heard: [IPNetwork: [IPNetwork: Heard]] = [:]
    private var nextGame = 0

    /// - Parameters:
    ///   - inspect: a session by its id; `nil` where there is none.
    ///   - uptime: seconds of a clock that nobody sets.
    package init(
        lobbies: LobbyService,
        inspect: @escaping @Sendable (String) async -> InspectedSession?,
        sources: SharedSources,
        logger: Logger,
        uptime: @escaping @Sendable () -> Double
    ) {
        self.lobbies = lobbies
        self.inspect = inspect
        self.sources = sources
        self.logger = logger
        self.uptime = uptime
    }

    /// Looks at some of the games with players whose calls came from nearby. Call it every few seconds; where no call ever
    /// came from nearby, it does nothing.
    package func look() async {
        let candidates = Dictionary(sources.candidates.map { ($0.sourceText, $0) }) { first, _ in first }
        guard !candidates.isEmpty else { return }
        let games = await lobbies.games(ofSources: Set(candidates.keys))
        guard !games.isEmpty else { return }
        for offset in 0..<min(Self.gamesALook, games.count) {
            let game = games[(nextGame + offset) % games.count]
            guard let report = await inspect(game.session)?.report else { continue }
            let endpoints = Dictionary(report.users.map { ($0.userToken, $0.endpoint) }) { first, _ in first }
            for player in game.players {
                guard let source = candidates[player.source],
                    let endpoint = report.hostUserToken == player.token
                        ? report.hostEndpoint : endpoints[player.token] ?? nil
                else { continue }
                note(endpoint, of: player.token, callingFrom: source)
            }
        }
        nextGame = (nextGame + Self.gamesALook) % games.count
    }

    private func note(_ endpoint: PeerEndpoint, of user: UInt32, callingFrom source: IPNetwork) {
        guard let address = IPAddress(bytes: endpoint.address.bytes) else { return }
        let network = address.sourceNetwork
        // All of loopback is this machine.
        if network == source || address.reach == .loopback && source.address.reach == .loopback { return }
        let now = uptime()
        var others = (heard[source] ?? [:]).filter { now - $0.value.at < Self.memory }
        others[network] = Heard(user: user, at: now)
        heard[source] = others
        guard others.contains(where: { $0.key != network && $0.value.user != user }), sources.insert(source) else {
            return
        }
        heard[source] = nil
        logger.warning(
            """
            lobby calls of players of several networks arrive from \(source.address), which hides their addresses (docker-proxy, \
            Kubernetes, a load balancer): calls from there get no rights by address from now on. Let the players' addresses through: \
            a proxy that sends X-Forwarded-For and is in 'api.trusted_proxies', host networking, or \
            externalTrafficPolicy: Local
            """
        )
    }
}

extension IPNetwork {
    /// As `LobbyCaller.source` writes it.
    fileprivate var sourceText: String { LobbyCaller(address: address).source }
}
