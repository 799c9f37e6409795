import RelayCore
import RelayPlane
import TestSupport
import Testing

@Suite("A plane on loopback")
struct ForwardingTests {
    @Test("Host and clients of many sessions find each other, on one worker and on two", arguments: [1, 2, 3])
    func sessions(workers: Int) async throws {
        let scene = try PlaneScene(workers: workers)
        #expect(scene.plane.workerCount == workers)
        #expect(scene.ports.server != 0 && scene.ports.client != 0 && scene.ports.server != scene.ports.client)
        var used: Set<Int> = []
        var random = SeededRandom(seed: UInt64(workers))
        for _ in 0..<20 {
            let session = UInt32.random(in: 1...0x7FFF_FFFF, using: &random)
            used.insert(scene.plane.worker(forSessionToken: session))
            try await scene.plane.add(PlaneScene.plan(session))
            try scene.talk(session, scene.host(), scene.client())
        }
        #expect(used == Set(0..<workers))
        #expect(scene.failures.isEmpty)
    }

    @Test("Counters add up once all is quiet")
    func counters() async throws {
        let scene = try PlaneScene(workers: 2)
        for session in UInt32(1)...8 {
            try await scene.plane.add(PlaneScene.plan(session << 24 | 1))
            try scene.talk(session << 24 | 1, scene.host(), scene.client())
        }
        let stranger = try scene.client()
        try stranger.send([1, 2, 3])
        try stranger.send(Datagrams.ping(user: 99, session: 1))
        #expect(stranger.receive() == [1, 3])
        #expect(scene.sum(.receivedDatagrams) == 34)
        #expect(scene.sum(.toHostDatagrams) == 8)
        #expect(scene.sum(.toClientDatagrams) == 8)
        #expect(scene.sum(.answeredPings) == 16)
        #expect(scene.sum(.tooShort) == 1)
        #expect(scene.sum(.unknownSession) == 1)
        #expect(scene.sum(.invalidReplies) == 1)
        #expect(scene.sum(.sessionsNow) == 8)
        #expect(scene.sum(.usersNow) == 24)
    }

    @Test("One session mixes IPv4 and IPv6")
    func mixedFamilies() async throws {
        let scene = try PlaneScene(bind: PlaneScene.any6, workers: 2)
        for session in UInt32(1)...4 { try await scene.plane.add(PlaneScene.plan(session << 24)) }
        try scene.talk(1 << 24, scene.host(), scene.client(PlaneScene.loopback6))
        try scene.talk(2 << 24, scene.host(PlaneScene.loopback6), scene.client())
        try scene.talk(3 << 24, scene.host(PlaneScene.loopback6), scene.client(PlaneScene.loopback6))
        try scene.talk(4 << 24, scene.host(), scene.client())
    }

    @Test("On a wildcard bind everything leaves from the address that the receiver sent to")
    func localAddress() async throws {
        let scene = try PlaneScene(bind: [0, 0, 0, 0])
        try await scene.plane.add(PlaneScene.plan(5))
        // These sockets are connected: they would hear nothing from another address.
        try scene.talk(5, scene.host([127, 0, 0, 3]), scene.client([127, 0, 0, 4]))
    }

    @Test("On a wildcard bind, players on one of the machine's addresses and on others talk with each other")
    func someLocalAddresses() async throws {
        // 127.0.0.1 and ::1 have sockets of their own (see PortBinderTests), all else is served by the wildcard's.
        for workers in 1...2 {
            let scene = try PlaneScene(bind: PlaneScene.any6, workers: workers)
            let places: [[UInt8]] = [PlaneScene.loopback, [127, 0, 0, 2], PlaneScene.loopback6]
            var session: UInt32 = 0
            for host in places {
                for client in places {
                    session += 1
                    try await scene.plane.add(PlaneScene.plan(session << 24))
                    try scene.talk(session << 24, scene.host(host), scene.client(client))
                }
            }
        }
    }

    @Test("A second plane cannot take the ports of the first")
    func takenPorts() throws {
        let scene = try PlaneScene(bind: PlaneScene.any6)
        #expect(throws: DataPlaneError.self) {
            try PlaneScene(bind: PlaneScene.any6, ports: .shared(scene.ports))
        }
        #expect(throws: DataPlaneError.self) { try PlaneScene(ports: .shared(scene.ports)) }
    }

    @Test("What clients send in bursts reaches their host together, and each of them once and whole")
    func joined() async throws {
        let scene = try PlaneScene()
        try await scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try scene.host(), try scene.client())
        try scene.talk(5, host, client)
        var sent: Set<[UInt8]> = []
        for round in 0..<200 {
            // Faster than a worker that wakes for the first, so that it finds the others waiting.
            for number in 0..<20 {
                try client.send(Datagrams.clientData(user: 2, session: 5, [UInt8(round), UInt8(number)]))
                sent.insert([2, 2, 0, 0, 0, UInt8(round), UInt8(number)])
            }
            for _ in 0..<20 { sent.remove(host.receive() ?? []) }
        }
        #expect(sent.isEmpty)
        #expect(scene.sum(.joinedDatagrams) > 0)
    }

    @Test("A joiner that comes before the host reaches it when it binds")
    func earlyJoiner() async throws {
        let scene = try PlaneScene()
        try await scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try scene.host(), try scene.client())
        try client.send(Datagrams.clientData(user: 2, session: 5, [7]))
        #expect(PlaneScene.eventually { scene.sum(.heldNow) == 1 })
        try host.send(Datagrams.ping(user: 1, session: 5))
        let received = [host.receive(), host.receive()]
        #expect(received.contains([1, 2]))
        #expect(received.contains([2, 2, 0, 0, 0, 7]))
        #expect(
            PlaneScene.eventually {
                scene.events == [
                    .sessionUsed(sessionToken: 5), .hostClaimed(sessionToken: 5, userToken: 1),
                ]
            }
        )
    }

    @Test("A batch to one host comes whole and in order")
    func order() async throws {
        let scene = try PlaneScene()
        try await scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try scene.host(), try scene.client())
        try scene.talk(5, host, client)
        for round in 0..<20 {
            for number in 0..<50 {
                try client.send(Datagrams.clientData(user: 2, session: 5, [UInt8(round), UInt8(number)]))
            }
            for number in 0..<50 { #expect(host.receive() == [2, 2, 0, 0, 0, UInt8(round), UInt8(number)]) }
        }
    }

    @Test("A player on the relay's own machine may have any port")
    func anyPort() async throws {
        let scene = try PlaneScene()
        let users = (1...50).map { UserPlan(userToken: $0, connectionID: Int32($0)) }
        try await scene.plane.add(SessionPlan(sessionToken: 5, users: users, rejoinIDs: 1..<1))
        for user in users {
            let client = try scene.client()
            try client.send(Datagrams.ping(user: user.userToken, session: 5))
            #expect(client.receive() == [1, 2], "from port \(client.port), the relay has \(scene.ports)")
        }
        #expect(scene.sum(.badSource) == 0)
    }
}
