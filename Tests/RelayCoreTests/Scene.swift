import RelayCore
import TestSupport
import Testing

/// What one datagram came to.
enum Effect: Equatable {
    case dropped(DropReason)
    /// Dropped, and answered with Invalid.
    case refused(DropReason)
    case answered(UInt8)
    case toHost(Int32, [UInt8], PeerEndpoint)
    case toClient([UInt8], PeerEndpoint)
    case held
}

/// One session at an engine: user 1 hosts, users 2 to 4 play. Time stands still unless a test moves it.
final class Scene {
    static let session: UInt32 = 7
    static let rejoinIDs: Range<Int32> = (1 << 20)..<((1 << 20) + 100)

    let driver: EngineDriver
    let plan: SessionPlan
    var now: UInt64 = 1_000_000
    /// Held datagrams that the last one released.
    private(set) var released: Set<SentDatagram> = []

    init(
        _ settings: EngineSettings = EngineSettings(),
        guesses: GuessLedger.Settings = GuessLedger.Settings(),
        users: UInt32 = 4,
        pair: PortPairID = .shared,
        hostUserToken: UInt32? = nil,
        rejoinIDs: Range<Int32> = Scene.rejoinIDs,
        wasUsed: Bool = false
    ) throws {
        driver = EngineDriver(settings: settings, guesses: guesses, userCapacity: 2_048, sessionCapacity: 128)
        plan = SessionPlan(
            sessionToken: Self.session,
            users: (0..<users).map { UserPlan(userToken: $0 + 1, connectionID: Int32($0) + 1) },
            portPair: pair,
            hostUserToken: hostUserToken,
            rejoinIDs: rejoinIDs,
            wasUsed: wasUsed
        )
        try driver.add(plan, now: now)
    }

    /// A scene whose host and user 2 are bound.
    static func playing(_ settings: EngineSettings = EngineSettings()) throws -> Scene {
        let scene = try Scene(settings)
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2) == .answered(2))
        return scene
    }

    /// 10.0.0.`last`
    static func place(_ last: UInt8, _ port: UInt16 = 1_000) -> PeerEndpoint {
        endpoint([10, 0, 0, last], port)
    }

    static func endpoint(_ bytes: [UInt8], _ port: UInt16) -> PeerEndpoint {
        guard let address = PeerAddress(bytes: bytes) else { fatalError("\(bytes) is no address") }
        return PeerEndpoint(address, port: port)
    }

    // MARK: What players send. A user's home is 10.0.0.<user>:1000.

    func ping(_ user: UInt32, session: UInt32 = Scene.session, from: PeerEndpoint? = nil, pair: UInt32 = 0) -> Effect {
        send(Datagrams.ping(user: user, session: session), from ?? home(user), .client, pair: pair)
    }

    func data(
        _ user: UInt32,
        session: UInt32 = Scene.session,
        _ payload: [UInt8] = [9],
        from: PeerEndpoint? = nil,
        pair: UInt32 = 0
    ) -> Effect {
        send(Datagrams.clientData(user: user, session: session, payload), from ?? home(user), .client, pair: pair)
    }

    func hello(_ user: UInt32, from: PeerEndpoint? = nil) -> Effect {
        data(user, Datagrams.hello(), from: from)
    }

    /// A kcp2k client connects and says something under its cookie, as soon as the host has answered.
    /// - Returns: the connection id under which the host got both.
    func connect(_ user: UInt32, from: PeerEndpoint? = nil) -> Int32? {
        guard case .toHost(let id, Datagrams.hello(), _) = hello(user, from: from),
            case .toHost(id, Datagrams.reliable(), _) = data(user, Datagrams.reliable(), from: from)
        else { return nil }
        return id
    }

    func hostPings(_ user: UInt32 = 1, from: PeerEndpoint? = nil, pair: UInt32 = 0) -> Effect {
        send(Datagrams.ping(user: user, session: Self.session), from ?? home(user), .server, pair: pair)
    }

    func hostData(_ user: UInt32 = 1, to id: Int32, _ payload: [UInt8] = [8], from: PeerEndpoint? = nil) -> Effect {
        let bytes = Datagrams.hostData(user: user, session: Self.session, to: id, payload)
        return send(bytes, from ?? home(user), .server)
    }

    func home(_ user: UInt32) -> PeerEndpoint {
        Self.place(UInt8(truncatingIfNeeded: user))
    }

    func send(
        _ bytes: [UInt8],
        _ source: PeerEndpoint,
        _ role: PortRole,
        pair: UInt32 = 0,
        local: LocalAddress = LocalAddress()
    ) -> Effect {
        let before = driver.counters.drops
        let arrival = Arrival(source: source, local: local, role: role, pair: pair, now: now)
        let outcome = driver.step(bytes, arrival)
        released = outcome.released
        let after = driver.counters.drops
        // Of these two an earlier datagram dies, when another takes its place or its time is over.
        let others: Set<DropReason> = [.heldReplaced, .noHost]
        let reasons = DropReason.allCases.filter { after[$0] > before[$0] && !others.contains($0) }
        guard let sent = outcome.sent.first else { return reasons.first.map { .dropped($0) } ?? .held }
        if sent.bytes.count == 2, sent.bytes[0] == 1 {
            return sent.bytes[1] == 3 ? .refused(reasons[0]) : .answered(sent.bytes[1])
        }
        guard sent.port == .server else { return .toClient(Array(sent.bytes.dropFirst()), sent.target) }
        let id = (0..<4).reduce(Int32(0)) { $0 | Int32(sent.bytes[1 + $1]) << (8 * Int32($1)) }
        return .toHost(id, Array(sent.bytes.dropFirst(5)), sent.target)
    }

    // MARK: The rest.

    func drops(_ reason: DropReason) -> Int { driver.counters.drops[reason] }

    func revoke(_ user: UInt32) {
        #expect(driver.removeUser(user, fromSession: Self.session, now: now))
    }

    func end() {
        #expect(driver.removeSession(Self.session, now: now))
    }

    /// Lets time pass in which nothing comes.
    func wait(_ milliseconds: UInt64) {
        now += milliseconds
    }

    /// Keeps host and user 2 alive while time passes.
    func play(_ milliseconds: UInt64, step: UInt64 = 250) {
        for _ in 0..<milliseconds / step {
            wait(step)
            #expect(hostPings() == .answered(2))
            #expect(ping(2) == .answered(2))
        }
    }
}
