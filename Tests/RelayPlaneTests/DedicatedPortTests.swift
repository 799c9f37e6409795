import LinuxIO
import RelayCore
import RelayPlane
import TestSupport
import Testing

@Suite("Dedicated pairs of ports")
struct DedicatedPortTests {
    /// A plane with a range of ports that nobody uses now.
    private func scene(pairs: Int, workers: Int = 1, bind: [UInt8] = PlaneScene.loopback) throws -> PlaneScene {
        let range = try FreePorts.range(count: 2 * pairs)
        return try PlaneScene(bind: bind, ports: .dedicated(range), workers: workers)
    }

    private func isFree(_ port: UInt16, _ address: [UInt8]) -> Bool { FreePorts.isFree(port, address) }

    @Test("Each session is served on its own pair, opened with it and closed with it", arguments: [1, 2])
    func openAndClose(workers: Int) async throws {
        let scene = try scene(pairs: 3, workers: workers)
        let first = scene.plane.ports(of: .dedicated(0))
        let second = scene.plane.ports(of: .dedicated(1))
        #expect(first.client == first.server + 1)
        #expect(second == PortPair(server: first.server + 2, client: first.server + 3))
        #expect(isFree(first.server, PlaneScene.loopback))
        try await scene.plane.add(PlaneScene.plan(5, pair: .dedicated(0)))
        try await scene.plane.add(PlaneScene.plan(6 << 24, pair: .dedicated(1)))
        #expect(!isFree(first.server, PlaneScene.loopback))
        #expect(!isFree(first.client, PlaneScene.loopback))
        try scene.talk(5, scene.host(pair: .dedicated(0)), scene.client(pair: .dedicated(0)))
        try scene.talk(6 << 24, scene.host(pair: .dedicated(1)), scene.client(pair: .dedicated(1)))
        await scene.plane.removeSession(5)
        #expect(isFree(first.server, PlaneScene.loopback))
        #expect(isFree(first.client, PlaneScene.loopback))
        #expect(!isFree(second.client, PlaneScene.loopback))
        // And once more, under another session.
        try await scene.plane.add(PlaneScene.plan(7, pair: .dedicated(0)))
        try scene.talk(7, scene.host(pair: .dedicated(0)), scene.client(pair: .dedicated(0)))
    }

    @Test("A session does not live on another session's pair")
    func wrongPair() async throws {
        let scene = try scene(pairs: 2)
        try await scene.plane.add(PlaneScene.plan(5, pair: .dedicated(0)))
        try await scene.plane.add(PlaneScene.plan(6, pair: .dedicated(1)))
        let lost = try scene.client(pair: .dedicated(1))
        try lost.send(Datagrams.ping(user: 2, session: 5))
        #expect(PlaneScene.eventually { scene.sum(.wrongPort) == 1 })
        #expect(lost.receive(within: 50) == nil)
    }

    @Test("A port that another process has is told, and the session is not served")
    func taken() async throws {
        let scene = try scene(pairs: 2)
        let ports = scene.plane.ports(of: .dedicated(0))
        let thief = try UDPSocket.open(address: PlaneScene.loopback, port: ports.client, UDPSocket.Options())
        await #expect(
            throws: DataPlaneError.portUnavailable(port: ports.client, reason: "it is in use by another process (bind)")
        ) { try await scene.plane.add(PlaneScene.plan(5, pair: .dedicated(0))) }
        #expect(isFree(ports.server, PlaneScene.loopback), "the other port of the pair is given back")
        #expect(scene.sum(.sessionsNow) == 0)
        try await scene.plane.add(PlaneScene.plan(5, pair: .dedicated(1)))
        try scene.talk(5, scene.host(pair: .dedicated(1)), scene.client(pair: .dedicated(1)))
        _ = consume thief
    }

    @Test("A session that the tables do not take gives its ports back")
    func refusedSession() async throws {
        let scene = try scene(pairs: 2)
        try await scene.plane.add(PlaneScene.plan(5, pair: .dedicated(0)))
        await #expect(throws: DataPlaneError.duplicateToken) {
            try await scene.plane.add(PlaneScene.plan(5, pair: .dedicated(1)))
        }
        #expect(isFree(scene.plane.ports(of: .dedicated(1)).server, PlaneScene.loopback))
        try scene.talk(5, scene.host(pair: .dedicated(0)), scene.client(pair: .dedicated(0)))
    }

    @Test("Dedicated pairs serve both families on a wildcard bind")
    func bothFamilies() async throws {
        let scene = try scene(pairs: 1, bind: PlaneScene.any6)
        try await scene.plane.add(PlaneScene.plan(5, pair: .dedicated(0)))
        try scene.talk(5, scene.host(pair: .dedicated(0)), scene.client(PlaneScene.loopback6, pair: .dedicated(0)))
    }
}
