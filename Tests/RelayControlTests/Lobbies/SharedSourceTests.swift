import RelayCore
import RelayNet
import Synchronization
import Testing

@testable import RelayControl

@Suite("Addresses that many players share", .timeLimit(.minutes(10)))
struct SharedSourceTests {
    /// A game whose two players' calls came from one address, and whose datagrams come from where the test says.
    private struct Scene {
        let fixture: LobbyFixture
        let sources = SharedSources()
        let watch: SharedSourceWatch
        let endpoints: EndpointBox
        let tokens: [UInt32]
        let caller: LobbyCaller

        init(callingFrom text: String) async throws {
            fixture = try await LobbyFixture.deployed()
            caller = LobbyCaller(address: try #require(IPAddress(text)))
            let lobby = try await fixture.create(by: caller)
            _ = try await fixture.start(lobby.id, by: caller)
            let joined = try await fixture.join(lobby.id, by: caller).lobby
            tokens = joined.players.compactMap(\.token)
            try #require(tokens.count == 2)
            endpoints = EndpointBox()
            let (sessions, box) = (fixture.sessions, endpoints)
            watch = SharedSourceWatch(
                lobbies: fixture.lobbies,
                inspect: { id in
                    guard let session = try? await sessions.service.session(id: id) else { return nil }
                    return InspectedSession(session: session, report: box.report)
                },
                sources: sources,
                logger: sessions.log.logger,
                uptime: { [clock = sessions.clock] in clock.now }
            )
        }

        func hear(host: String?, player: String?) async throws {
            try endpoints.set(host: (tokens[0], host), player: (tokens[1], player))
            await watch.look()
        }
    }

    @Test(
        "Players of two networks behind one nearby address take its rights away, and the log says so once",
        arguments: ["127.0.0.1", "172.17.0.1", "10.0.0.1", "fd00::1"]
    )
    func natWithoutHeader(peer: String) async throws {
        let scene = try await Scene(callingFrom: peer)
        #expect(!scene.sources.contains(scene.caller.address))
        try await scene.hear(host: "198.51.100.7", player: "203.0.113.9")
        #expect(scene.sources.contains(scene.caller.address))
        try await scene.hear(host: "198.51.100.8", player: "203.0.113.9")
        #expect(scene.fixture.sessions.log.messages.count { $0.contains("api.trusted_proxies") } == 1)
        #expect(!scene.sources.contains(IPAddress(ipv4: 0x0A00_0099)), "others keep theirs")
    }

    @Test(
        "Players who come from where they called, from one other network, or not at all change nothing",
        arguments: [
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"), ("10.0.0.1", "10.0.0.1", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7", "198.51.100.7"), ("10.0.0.1", "2001:db8::1", "2001:db8::2"),
            ("10.0.0.1", "198.51.100.7", nil), ("10.0.0.1", nil, nil),
            ("203.0.113.5", "198.51.100.7", "203.0.113.9"),
        ] as [(String, String?, String?)]
    )
    func others(peer: String, host: String?, player: String?) async throws {
        let scene = try await Scene(callingFrom: peer)
        _ = scene.sources.contains(scene.caller.address)
        try await scene.hear(host: host, player: player)
        #expect(!scene.sources.contains(scene.caller.address))
    }

    @Test("One player who moves from network to network is one player")
    func moving() async throws {
        let scene = try await Scene(callingFrom: "10.0.0.1")
        _ = scene.sources.contains(scene.caller.address)
        for network in ["198.51.100.7", "203.0.113.9", "2001:db8::1"] {
            try await scene.hear(host: network, player: nil)
        }
        #expect(!scene.sources.contains(scene.caller.address))
        // The other one comes, from a network that the first has left for long.
        scene.fixture.sessions.clock.advance(by: 61)
        try await scene.hear(host: nil, player: "198.51.100.7")
        #expect(!scene.sources.contains(scene.caller.address))
    }
}

/// What the data plane reports of the players.
private final class EndpointBox: Sendable {
    private let stored = Mutex(SessionReport())

    var report: SessionReport { stored.withLock { $0 } }

    func set(host: (token: UInt32, address: String?), player: (token: UInt32, address: String?)) throws {
        var report = SessionReport(hostUserToken: host.token)
        report.hostEndpoint = try host.address.map(Self.endpoint)
        report.users = [
            UserReport(userToken: player.token, connectionID: 2, endpoint: try player.address.map(Self.endpoint))
        ]
        let filled = report
        stored.withLock { $0 = filled }
    }

    private static func endpoint(_ text: String) throws -> PeerEndpoint {
        let address = try #require(IPAddress(text).flatMap { PeerAddress(bytes: $0.bytes) })
        return PeerEndpoint(address, port: 5_000)
    }
}
