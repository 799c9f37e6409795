import RelayCore
import RelayPlane
import RelayWire
import TestSupport
import Testing

@Suite("The kernel's filter")
struct KernelFilterTests {
    private static let session: UInt32 = 77

    /// Datagrams that no game sends, with the reason each is counted under where the daemon sees it.
    private static func impossible(_ role: PortRole) -> [(bytes: [UInt8], reason: DropReason)] {
        let ping = Datagrams.ping(user: 1, session: session)
        let data = Datagrams.clientData(user: 2, session: session, [])
        return [
            ([], .tooShort),
            (Array(ping.dropLast()), .tooShort),
            (ping + [0], .badLength),
            (role == .client ? data : data + [1, 0, 0, 0], .badLength),
            (data + [UInt8](repeating: 7, count: 1_192), .oversize),
            (Array(ping.dropLast()) + [0], .unknownType),
            (Array(ping.dropLast()) + [3, 1, 1, 1, 1, 1], .unknownType),
        ]
    }

    @Test("Impossible datagrams are dropped before they wake anybody, but for a sample that is counted by its reason")
    func drops() async throws {
        let scene = try PlaneScene { $0.filtersInKernel = true }
        // Then the sockets have their filters.
        #expect(await scene.plane.turned())
        let rounds = 300
        var sent: UInt64 = 0
        for (player, role) in [(try scene.client(), PortRole.client), (try scene.host(), .server)] {
            for (bytes, _) in Self.impossible(role) {
                for _ in 0..<rounds { try player.send(bytes) }
                sent += UInt64(rounds)
            }
        }
        #expect(PlaneScene.eventually { scene.sum(.kernelDrops) + scene.sum(.receivedDatagrams) == sent })
        // One in sixteen of 4,200 passes: 262, give or take 16.
        let seen = scene.sum(.receivedDatagrams)
        #expect((100...600).contains(seen))
        for reason in Set(Self.impossible(.client).map(\.reason)) { #expect(scene.sum(reason) > 0) }
        #expect(seen == [.tooShort, .badLength, .oversize, .unknownType].reduce(0) { $0 + scene.sum($1) })
        #expect(
            PlaneScene.eventually {
                let losses = scene.plane.kernelLosses
                return losses.filtered + losses.overflows == sent - seen
            }
        )
    }

    @Test("Everything that a game sends passes, to the shortest and the longest")
    func passes() async throws {
        let scene = try PlaneScene { $0.filtersInKernel = true }
        try await scene.plane.add(PlaneScene.plan(Self.session))
        let (host, client) = (try scene.host(), try scene.client())
        try scene.talk(Self.session, host, client)
        for length in [1, 2, 100, Wire.maximumLength - Wire.clientHeaderLength] {
            let payload = [UInt8](repeating: 5, count: length)
            try client.send(Datagrams.clientData(user: 2, session: Self.session, payload))
            #expect(host.receive() == [2, 2, 0, 0, 0] + payload)
        }
        for length in [1, 2, 100, Wire.maximumLength - Wire.hostHeaderLength] {
            let payload = [UInt8](repeating: 5, count: length)
            try host.send(Datagrams.hostData(user: 1, session: Self.session, to: 2, payload))
            #expect(client.receive() == [2] + payload)
        }
        #expect(scene.sum(.kernelDrops) == 0)
    }

    @Test("Switched off, every impossible datagram is judged")
    func off() throws {
        let scene = try PlaneScene { $0.filtersInKernel = false }
        let player = try scene.client()
        for _ in 0..<50 { try player.send([1, 2, 3]) }
        #expect(PlaneScene.eventually { scene.sum(.tooShort) == 50 })
        #expect(scene.sum(.kernelDrops) == 0)
    }
}

@Suite("How long datagrams stay")
struct LatencyTests {
    @Test("A datagram that leaves is timed, one that is dropped is not")
    func timed() async throws {
        let scene = try PlaneScene()
        try await scene.plane.add(PlaneScene.plan(77))
        let (host, client) = (try scene.host(), try scene.client())
        func timed() -> UInt64 { scene.plane.counters[0].latencies.buckets.reduce(0, +) }
        // Dropped without an answer, and slowly enough for each to be timed.
        for _ in 0..<5 {
            try client.send([1, 2, 3])
            try await Task.sleep(for: .milliseconds(25))
        }
        #expect(PlaneScene.eventually { scene.sum(.tooShort) == 5 })
        #expect(timed() == 0)
        try scene.talk(77, host, client)
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(25))
            try client.send(Datagrams.ping(user: 2, session: 77))
            #expect(client.receive() == [1, 2])
        }
        #expect((1...9).contains(timed()))
        #expect(scene.plane.counters[0].latencies.sum > 0)
        #expect(scene.plane.counters[0].batches.reduce(0, +) == scene.sum(.receiveBatches))
    }

    @Test("Switched off, nothing is timed")
    func off() async throws {
        let scene = try PlaneScene { $0.measuresLatency = false }
        try await scene.plane.add(PlaneScene.plan(77))
        try scene.talk(77, try scene.host(), try scene.client())
        #expect(scene.plane.counters[0].latencies.buckets.allSatisfy { $0 == 0 })
    }
}

@Suite("Limits of a running relay")
struct PlaneLimitTests {
    @Test("Other limits hold without a restart")
    func applied() async throws {
        let scene = try PlaneScene()
        try await scene.plane.add(PlaneScene.plan(77))
        let (host, client) = (try scene.host(), try scene.client())
        try scene.talk(77, host, client)
        var limits = RateLimits()
        limits.user.datagrams = 0
        scene.plane.apply(limits)
        // The order is posted; a report asked for afterwards is answered after it.
        _ = await scene.plane.report(ofSession: 77)
        try client.send(Datagrams.clientData(user: 2, session: 77, [1]))
        #expect(PlaneScene.eventually { scene.sum(.overUserLimit) == 1 })
        let report = try #require(await scene.plane.report(ofSession: 77))
        #expect(report.users.first { $0.userToken == 2 }?.drops == [.overUserLimit: 1])
    }
}
