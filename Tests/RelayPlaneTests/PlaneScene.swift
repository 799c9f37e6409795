import Glibc
import RelayCore
import RelayPlane
import Synchronization
import TestSupport
import Testing

/// A real plane on loopback, and what it tells.
final class PlaneScene: Sendable {
    static let loopback: [UInt8] = [127, 0, 0, 1]
    static let loopback6 = [UInt8](repeating: 0, count: 15) + [1]
    static let any6 = [UInt8](repeating: 0, count: 16)

    let plane: RelayPlane
    private let told: Told

    private final class Told: Sendable {
        let events = Mutex<[PlaneEvent]>([])
        let failures = Mutex<[String]>([])
    }

    init(
        bind: [UInt8] = PlaneScene.loopback,
        ports: PortMode = .shared(PortPair(server: 0, client: 0)),
        workers: Int = 1,
        inheriting: Inheritance = Inheritance(),
        keeper: DescriptorKeeper = .none,
        _ change: (inout PlaneSettings) -> Void = { _ in }
    ) throws {
        var settings = PlaneSettings(bind: try #require(PeerAddress(bytes: bind)), ports: ports)
        settings.workers = workers
        settings.sessionsPerWorker = 64
        settings.usersPerWorker = 256
        // Every datagram is to be judged, and not one in sixteen.
        settings.filtersInKernel = false
        change(&settings)
        let told = Told()
        self.told = told
        plane = try RelayPlane(
            settings,
            inheriting: inheriting,
            keeper: keeper,
            onEvent: { event in told.events.withLock { $0.append(event) } },
            onFailure: { failure in told.failures.withLock { $0.append(failure) } }
        )
    }

    deinit {
        plane.stop()
    }

    var events: [PlaneEvent] { told.events.withLock { $0 } }
    var failures: [String] { told.failures.withLock { $0 } }

    var ports: PortPair { plane.ports(of: .shared) }

    static func plan(_ session: UInt32, pair: PortPairID = .shared) -> SessionPlan {
        let users = (1...3).map { UserPlan(userToken: $0, connectionID: Int32($0)) }
        return SessionPlan(sessionToken: session, users: users, portPair: pair, rejoinIDs: 1 << 20..<1 << 21)
    }

    func host(_ address: [UInt8] = PlaneScene.loopback, pair: PortPairID = .shared) throws -> LoopbackPlayer {
        try LoopbackPlayer(to: (address, plane.ports(of: pair).server))
    }

    func client(_ address: [UInt8] = PlaneScene.loopback, pair: PortPairID = .shared) throws -> LoopbackPlayer {
        try LoopbackPlayer(to: (address, plane.ports(of: pair).client))
    }

    /// Host and client of a session find each other and talk, both ways.
    func talk(_ session: UInt32, _ host: LoopbackPlayer, _ client: LoopbackPlayer) throws {
        try host.send(Datagrams.ping(user: 1, session: session))
        #expect(host.receive() == [1, 2], "session \(session)")
        try client.send(Datagrams.clientData(user: 2, session: session, [1, 2, 3]))
        #expect(host.receive() == [2, 2, 0, 0, 0, 1, 2, 3], "session \(session)")
        try host.send(Datagrams.hostData(user: 1, session: session, to: 2, [4, 5]))
        #expect(client.receive() == [2, 4, 5], "session \(session)")
        try client.send(Datagrams.ping(user: 2, session: session))
        #expect(client.receive() == [1, 2], "session \(session)")
    }

    /// Waits until something holds; false where it does not within half a minute. Blocks: a task that sleeps may be woken much
    /// later where other tests keep the processors busy, and what waits in a relay waits two seconds.
    static func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<15_000 {
            if condition() { return true }
            usleep(2_000)
        }
        return condition()
    }

    /// Counters of all workers together.
    func sum(_ counter: Counter) -> UInt64 { plane.counters.reduce(0) { $0 + $1[counter] } }
    func sum(_ reason: DropReason) -> UInt64 { plane.counters.reduce(0) { $0 + $1[reason] } }
}
