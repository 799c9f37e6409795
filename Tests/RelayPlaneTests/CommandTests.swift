import RelayCore
import RelayPlane
import TestSupport
import Testing

@Suite("What the control plane asks of a plane")
struct CommandTests {
    @Test("Once a user or a session is removed nothing of it passes any more")
    func removal() async throws {
        let scene = try PlaneScene(workers: 2)
        try await scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try scene.host(), try scene.client())
        try scene.talk(5, host, client)
        await scene.plane.remove(userToken: 2, fromSession: 5)
        try client.send(Datagrams.ping(user: 2, session: 5))
        #expect(client.receive() == [1, 3])
        try host.send(Datagrams.hostData(user: 1, session: 5, to: 2, [1]))
        #expect(PlaneScene.eventually { scene.sum(.retiredConnectionID) == 1 })
        await scene.plane.removeSession(5)
        try host.send(Datagrams.ping(user: 1, session: 5))
        #expect(PlaneScene.eventually { scene.sum(.revoked) == 2 })
        #expect(client.receive(within: 50) == nil)
        #expect(scene.sum(.sessionsNow) == 0)
        // Again, or what was never there, is no error.
        await scene.plane.removeSession(5)
        await scene.plane.remove(userToken: 1, fromSession: 99)
    }

    @Test("A user added to a live session is served at once")
    func addUser() async throws {
        let scene = try PlaneScene()
        try await scene.plane.add(PlaneScene.plan(5))
        try await scene.plane.add(UserPlan(userToken: 70, connectionID: 4), toSession: 5)
        let client = try scene.client()
        try client.send(Datagrams.ping(user: 70, session: 5))
        #expect(client.receive() == [1, 2])
    }

    @Test("A session's activity is told, nobody's is not")
    func activity() async throws {
        let scene = try PlaneScene(workers: 2)
        try await scene.plane.add(PlaneScene.plan(5))
        #expect(await scene.plane.activity(ofSession: 5)?.hostSilence == nil)
        try scene.talk(5, scene.host(), scene.client())
        let activity = await scene.plane.activity(ofSession: 5)
        #expect(activity?.hostSilence != nil)
        #expect(await scene.plane.activity(ofSession: 6) == nil)
        let silences = await scene.plane.silences(ofUsers: [1, 2, 3], inSession: 5)
        #expect(silences.map { $0 != nil } == [true, true, false])
        scene.plane.stop()
        let isGone = { await scene.plane.activity(ofSession: 5) == nil }
        for _ in 0..<15_000 where await !isGone() { try await Task.sleep(for: .milliseconds(2)) }
        #expect(await isGone())
    }

    @Test("A session's report tells who is bound from where, and a stopped worker's sessions have none")
    func report() async throws {
        let scene = try PlaneScene(workers: 2)
        try await scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try scene.host(), try scene.client())
        try scene.talk(5, host, client)
        let report = try #require(await scene.plane.report(ofSession: 5))
        #expect(report.hostUserToken == 1)
        #expect(report.hostEndpoint?.address == PeerAddress(bytes: PlaneScene.loopback))
        #expect(report.users.first { $0.userToken == 2 }?.endpoint?.address == PeerAddress(bytes: PlaneScene.loopback))
        #expect(report.users.first { $0.userToken == 3 }?.endpoint == nil)
        #expect(await scene.plane.report(ofSession: 6) == nil)
        scene.plane.stop()
        let isGone = { await scene.plane.report(ofSession: 5) == nil }
        for _ in 0..<500 where await !isGone() { try await Task.sleep(for: .milliseconds(2)) }
        #expect(await isGone())
    }

    @Test("What cannot be had is told: taken tokens, unknown sessions, full tables")
    func refusals() async throws {
        let scene = try PlaneScene { settings in
            settings.sessionsPerWorker = 2
            settings.usersPerWorker = 7
        }
        try await scene.plane.add(PlaneScene.plan(1))
        await #expect(throws: DataPlaneError.duplicateToken) { try await scene.plane.add(PlaneScene.plan(1)) }
        await #expect(throws: DataPlaneError.duplicateToken) {
            try await scene.plane.add(UserPlan(userToken: 1, connectionID: 9), toSession: 1)
        }
        await #expect(throws: DataPlaneError.unknownSession) {
            try await scene.plane.add(UserPlan(userToken: 1, connectionID: 9), toSession: 2)
        }
        try await scene.plane.add(PlaneScene.plan(2))
        await #expect(throws: DataPlaneError.full(limit: 2, key: "sessions.max")) {
            try await scene.plane.add(PlaneScene.plan(3))
        }
        try await scene.plane.add(UserPlan(userToken: 8, connectionID: 4), toSession: 1)
        await #expect(throws: DataPlaneError.full(limit: 7, key: "limits.users")) {
            try await scene.plane.add(UserPlan(userToken: 9, connectionID: 5), toSession: 1)
        }
    }

    @Test("A second plane on the same ports is refused, and takes no datagram from the first", arguments: [1, 2])
    func secondPlane(workers: Int) async throws {
        let scene = try PlaneScene(workers: workers)
        try await scene.plane.add(PlaneScene.plan(5))
        let ports = scene.ports
        for wanted in [ports, PortPair(server: ports.server, client: 0), PortPair(server: 0, client: ports.client)] {
            let error = #expect(throws: DataPlaneError.self) {
                _ = try PlaneScene(ports: .shared(wanted), workers: workers)
            }
            guard case .portUnavailable(let port, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(port == (wanted.server == 0 ? ports.client : ports.server))
            #expect(reason == "it is in use by another process (bind)")
        }
        try scene.talk(5, scene.host(), scene.client())
    }

    @Test("Stopping closes the ports and refuses what comes after", arguments: [1, 2])
    func stop(workers: Int) async throws {
        let scene = try PlaneScene(workers: workers)
        let ports = scene.ports
        try await scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try scene.host(), try scene.client())
        try scene.talk(5, host, client)
        scene.plane.stop()
        #expect(PlaneScene.eventually { (try? PlaneScene(ports: .shared(ports), workers: workers)) != nil })
        for session in UInt32(1)...4 {
            await #expect(throws: DataPlaneError.stopped) { try await scene.plane.add(PlaneScene.plan(session << 24)) }
        }
        await scene.plane.removeSession(5)
        #expect(scene.failures.isEmpty)
    }
}
