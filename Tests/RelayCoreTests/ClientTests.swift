import RelayCore
import TestSupport
import Testing

@Suite("Clients")
struct ClientTests {
    @Test("The first valid datagram binds, a PING or DATA")
    func firstBinds() throws {
        let scene = try Scene()
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.hostData(to: 2, [1]) == .toClient([1], scene.home(2)))
        #expect(scene.data(3, [4, 5]) == .toHost(3, [4, 5], scene.home(1)))
        #expect(scene.hostData(to: 3, [6]) == .toClient([6], scene.home(3)))
    }

    @Test(
        "A PING says SessionTimeout when the host was silent for the host timeout and 5 s, and DATA still goes to it"
    )
    func hostTimeout() throws {
        let scene = try Scene.playing()
        scene.wait(19_999)
        #expect(scene.ping(2) == .answered(2))
        scene.wait(1)
        #expect(scene.ping(2) == .answered(4))
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2) == .answered(2))
    }

    @Test("Nobody hosts yet: a PING says Valid however long it takes")
    func noHostYet() throws {
        let scene = try Scene()
        scene.wait(100_000)
        #expect(scene.ping(2) == .answered(2))
    }

    @Test("A user silent for the user timeout is unbound: the host's DATA does not reach it, and anywhere binds")
    func userTimeout() throws {
        var settings = EngineSettings()
        settings.roaming = .strict
        let scene = try Scene.playing(settings)
        scene.wait(29_999)
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        #expect(scene.data(2, from: Scene.place(99)) == .dropped(.roamingForbidden))
        scene.wait(1)
        #expect(scene.hostData(to: 2) == .dropped(.noAddress))
        #expect(scene.ping(2, from: Scene.place(99)) == .answered(2))
        #expect(scene.hostData(to: 2) == .toClient([8], Scene.place(99)))
    }

    @Test("Host and client may use one token on both ports at once")
    func oneTokenTwoPorts() throws {
        let scene = try Scene()
        #expect(scene.hostPings(1) == .answered(2))
        #expect(scene.data(1, [3], from: Scene.place(1, 2_000)) == .toHost(1, [3], scene.home(1)))
        #expect(scene.hostData(1, to: 1, [4]) == .toClient([4], Scene.place(1, 2_000)))
    }

    @Test("Everything leaves from the local address that the receiver last sent to")
    func localAddress() throws {
        let scene = try Scene()
        let first = LocalAddress(low: 1)
        let second = LocalAddress(high: 2, low: 3)
        let ping = Datagrams.ping(user: 2, session: Scene.session)
        let down = Datagrams.hostData(user: 1, session: Scene.session, to: 2, [1])
        func local(_ bytes: [UInt8], _ source: PeerEndpoint, _ role: PortRole, _ local: LocalAddress) -> LocalAddress? {
            let arrival = Arrival(source: source, local: local, role: role, pair: 0, now: scene.now)
            return scene.driver.step(bytes, arrival).sent.first?.local
        }
        #expect(scene.hostPings() == .answered(2))
        #expect(local(ping, scene.home(2), .client, first) == first)
        #expect(local(down, scene.home(1), .server, second) == first)
        #expect(local(ping, scene.home(2), .client, second) == second)
        #expect(local(down, scene.home(1), .server, first) == second)
        // Dropped datagrams say nothing about where the host may be reached.
        #expect(local([1], scene.home(2), .client, first) == nil)
        #expect(local(down, scene.home(1), .server, first) == second)
    }

    @Test("Sessions do not see each other, whatever tokens and ids they share")
    func isolation() throws {
        let scene = try Scene.playing()
        let other = SessionPlan(sessionToken: 8, users: [UserPlan(userToken: 2, connectionID: 2)], rejoinIDs: 1..<1)
        try scene.driver.add(other, now: scene.now)
        #expect(scene.data(2, session: 8, from: Scene.place(70)) == .held)
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
    }
}
