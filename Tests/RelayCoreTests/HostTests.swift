import RelayCore
import TestSupport
import Testing

@Suite("Hosts")
struct HostTests {
    @Test("Nobody hosts: DATA on the server port is on the wrong port, and a PING claims the role")
    func claim() throws {
        let scene = try Scene()
        #expect(scene.hostData(2, to: 1) == .dropped(.wrongPort))
        #expect(scene.driver.events.isEmpty)
        #expect(scene.hostPings(2) == .answered(2))
        #expect(
            scene.driver.events == [
                .hostClaimed(sessionToken: Scene.session, userToken: 2), .sessionUsed(sessionToken: Scene.session),
            ]
        )
        #expect(scene.data(3) == .toHost(3, [9], scene.home(2)))
    }

    @Test("Another user is told Checking and its DATA dropped, until the host was silent for the host timeout")
    func takeover() throws {
        let scene = try Scene.playing()
        scene.wait(14_999)
        #expect(scene.hostPings(2) == .answered(1))
        #expect(scene.hostData(2, to: 1) == .dropped(.notHost))
        scene.wait(1)
        #expect(scene.hostData(2, to: 1) == .dropped(.notHost), "DATA never claims")
        #expect(scene.hostPings(2) == .answered(2))
        #expect(scene.hostPings(1) == .answered(1))
        #expect(scene.hostData(1, to: 2) == .dropped(.notHost))
        #expect(scene.data(3) == .toHost(3, [9], scene.home(2)))
    }

    @Test("When the host's user is revoked nobody hosts, and the next PING claims")
    func revokedHost() throws {
        let scene = try Scene.playing()
        scene.revoke(1)
        #expect(scene.data(2, [3]) == .held)
        #expect(scene.hostData(3, to: 2) == .dropped(.wrongPort))
        #expect(scene.hostPings(3) == .answered(2))
        #expect(scene.released.map(\.target) == [scene.home(3)])
    }

    @Test("The host's endpoint is not forgotten after the user timeout, but any valid datagram of the host rebinds it")
    func silentHost() throws {
        var settings = EngineSettings()
        settings.roaming = .strict
        let scene = try Scene.playing(settings)
        scene.wait(29_999)
        scene.driver.sweepAll(now: scene.now)
        #expect(scene.hostPings(from: Scene.place(77)) == .answered(1))
        scene.wait(1)
        scene.driver.sweepAll(now: scene.now)
        #expect(scene.data(3) == .toHost(3, [9], scene.home(1)))
        #expect(scene.hostData(to: 3, from: Scene.place(77)) == .toClient([8], scene.home(3)))
        #expect(scene.data(3) == .toHost(3, [9], Scene.place(77)))
    }

    @Test("DATA of the host keeps the role alive like a PING")
    func dataRefreshes() throws {
        let scene = try Scene.playing()
        scene.wait(14_000)
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        scene.wait(14_000)
        #expect(scene.hostPings(3) == .answered(1))
    }

    @Test("A host known from before a restart keeps the role for the host timeout, counted from then")
    func restoredHost() throws {
        let scene = try Scene(hostUserToken: 1, wasUsed: true)
        scene.wait(14_999)
        #expect(scene.hostPings(2) == .answered(1))
        scene.wait(1)
        #expect(scene.hostPings(2) == .answered(2))
    }

    @Test("Players are told of a silent host 5 s after its role is free, not while it may come back unnoticed")
    func sessionTimeout() throws {
        let scene = try Scene(hostUserToken: 1, wasUsed: true)
        scene.wait(19_999)
        #expect(scene.ping(3) == .answered(2))
        scene.wait(1)
        #expect(scene.ping(3) == .answered(4))
    }

    @Test(
        "Who is host from the start keeps the role for the host timeout, and nobody is told of a timeout before it came"
    )
    func namedHost() throws {
        let scene = try Scene(hostUserToken: 1)
        #expect(scene.hostPings(2) == .answered(1), "a joiner on the wrong port")
        #expect(scene.data(2) == .held)
        scene.wait(14_999)
        #expect(scene.hostPings(2) == .answered(1))
        #expect(scene.hostPings(1) == .answered(2))
        #expect(!scene.driver.events.contains(.hostClaimed(sessionToken: Scene.session, userToken: 1)), "known before")
        #expect(scene.data(3) == .toHost(3, [9], scene.home(1)))
        let other = try Scene(hostUserToken: 1)
        other.wait(29_999)
        #expect(other.ping(3) == .answered(2), "it never came")
        #expect(other.hostPings(2) == .answered(2), "and another one may")
    }

    @Test("A host known from the start is bound by its DATA too")
    func namedHostSendsData() throws {
        let scene = try Scene(hostUserToken: 1)
        #expect(scene.data(2) == .held)
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        #expect(scene.released.map(\.target) == [scene.home(1)])
    }

    @Test("A restarted host takes its role back at once from another port")
    func restart() throws {
        let scene = try Scene.playing()
        #expect(scene.hostPings(from: Scene.place(1, 5_555)) == .answered(2))
        #expect(scene.data(2) == .toHost(2, [9], Scene.place(1, 5_555)))
    }
}
