internal import RelayNet

/// The lobbies of one service: whose they are, and the list that players see. Times are of `LobbyService.uptime`.
struct LobbyShelf: Sendable {
    private(set) var ids: Set<String> = []
    /// Lobbies by their host's source.
    private var hosts: [String: Int] = [:]
    /// Those made without a key by their host's source, and by the wider network that one customer may hold.
    private var shares: [String: Int] = [:]
    private var networkShares: [String: Int] = [:]
    /// Players in the lobbies made without a key, by their host's source.
    private var players: [String: Int] = [:]
    /// When a source that hosts something here last asked for the list.
    private var listed: [String: Double] = [:]
    private var listing: LobbyListing?
    private var listedSince = -Double.infinity
    private var isChanged = true

    /// For how long an unchanged list is shown: who seems to be there depends on the time.
    private static let longestUnchanged: Double = 5
    /// So many lobbies are put in order within a second at most, however often they change.
    private static let sortedPerSecond: Double = 4000
    /// Up to so many lobbies the list is always what it is now.
    private static let few = 100

    mutating func add(_ lobby: Lobby) {
        guard ids.insert(lobby.id).inserted, let host = lobby.host else { return }
        hosts[host.source, default: 0] += 1
        isChanged = true
        guard !lobby.isKeyed else { return }
        shares[host.source, default: 0] += 1
        networkShares[Self.network(host.address), default: 0] += 1
        players[host.source, default: 0] += lobby.players.count
    }

    mutating func remove(_ lobby: Lobby) {
        guard ids.remove(lobby.id) != nil, let host = lobby.host else { return }
        Self.take(host.source, from: &hosts)
        if hosts[host.source] == nil { listed[host.source] = nil }
        isChanged = true
        guard !lobby.isKeyed else { return }
        Self.take(host.source, from: &shares)
        players[host.source, default: 0] -= lobby.players.count
        if shares[host.source] == nil { players[host.source] = nil }
        Self.take(Self.network(host.address), from: &networkShares)
    }

    /// A lobby is not what it was.
    mutating func change(from before: Lobby, to after: Lobby) {
        isChanged = true
        guard !after.isKeyed, let host = after.host else { return }
        players[host.source, default: 0] += after.players.count - before.players.count
    }

    /// How many players are in the lobbies that the source hosts, apart from those made with a key.
    func players(ofHost source: String) -> Int { players[source] ?? 0 }

    /// How many lobbies the source hosts, apart from those made with a key.
    func share(of source: String) -> Int { shares[source] ?? 0 }

    /// How many lobbies are hosted from the wider network that an address belongs to.
    func networkShare(of address: String) -> Int { networkShares[Self.network(address)] ?? 0 }

    /// The source asked for the list.
    mutating func noteListing(by source: String, at time: Double) {
        if hosts[source] != nil { listed[source] = time }
    }

    /// When the source last asked for the list; only known of those that host something.
    func lastListing(by source: String?) -> Double? { source.flatMap { listed[$0] } }

    /// The list, where it may still be shown.
    func current(at time: Double) -> LobbyListing? {
        let age = time - listedSince
        guard isChanged else { return age < Self.longestUnchanged ? listing : nil }
        return ids.count > Self.few && age < Double(ids.count) / Self.sortedPerSecond ? listing : nil
    }

    mutating func keep(_ listing: LobbyListing, at time: Double) {
        self.listing = listing
        listedSince = time
        isChanged = false
    }

    private static func take(_ key: String, from counts: inout [String: Int]) {
        let rest = (counts[key] ?? 1) - 1
        counts[key] = rest > 0 ? rest : nil
    }

    /// An IPv4 address stands for itself, an IPv6 address for its /48: a provider gives that to one customer.
    private static func network(_ address: String) -> String {
        guard let parsed = IPAddress(address), !parsed.isIPv4, let network = IPNetwork(parsed, prefixLength: 48) else {
            return address
        }
        return network.description
    }
}
