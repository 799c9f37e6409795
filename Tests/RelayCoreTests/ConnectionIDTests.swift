import RelayCore
import TestSupport
import Testing

@Suite("Connection ids")
struct ConnectionIDTests {
    @Test("The host reaches exactly the ids that are held; those given out before are retired, the rest unknown")
    func lookup() throws {
        let scene = try Scene.playing()
        scene.revoke(3)
        let first = Scene.rejoinIDs.lowerBound
        let expected: [(Int32, DropReason)] = [
            (0, .unknownConnectionID), (-1, .unknownConnectionID), (.min, .unknownConnectionID),
            (3, .retiredConnectionID), (4, .noAddress), (5, .unknownConnectionID),
            ((1 << 19) - 1, .unknownConnectionID), (1 << 19, .retiredConnectionID),
            (first - 1, .retiredConnectionID), (first, .unknownConnectionID), (.max, .unknownConnectionID),
        ]
        for (id, reason) in expected { #expect(scene.hostData(to: id) == .dropped(reason), "id \(id)") }
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
    }

    @Test("An id is sticky: the same user from a new place keeps it")
    func sticky() throws {
        let scene = try Scene.playing()
        #expect(scene.data(2, from: Scene.place(2, 1_001)) == .toHost(2, [9], scene.home(1)))
        #expect(scene.hostData(to: 2) == .toClient([8], Scene.place(2, 1_001)))
    }

    @Test("A fresh hello that moves a bound user takes a new id; the same hello again is nothing special")
    func rejoin() throws {
        let scene = try Scene.playing()
        let first = Scene.rejoinIDs.lowerBound
        let elsewhere = Scene.place(2, 1_001)
        #expect(scene.hello(2) == .toHost(2, Datagrams.hello(), scene.home(1)), "from where it is bound")
        #expect(scene.hello(2, from: elsewhere) == .toHost(first, Datagrams.hello(), scene.home(1)))
        #expect(scene.hello(2, from: elsewhere) == .toHost(first, Datagrams.hello(), scene.home(1)))
        #expect(scene.hostData(to: 2) == .dropped(.retiredConnectionID))
        #expect(scene.hostData(to: first) == .toClient([8], elsewhere))
        #expect(scene.driver.counters[.rejoins] == 1)
    }

    @Test("An unbound user's hello binds it under its old id")
    func firstHello() throws {
        let scene = try Scene.playing()
        #expect(scene.hello(3) == .toHost(3, Datagrams.hello(), scene.home(1)))
        scene.wait(30_000)
        #expect(scene.hello(3, from: Scene.place(88)) == .toHost(3, Datagrams.hello(), scene.home(1)))
    }

    @Test("The endpoint that a rejoin replaced is ignored for 10 s")
    func retiredEndpoint() throws {
        let scene = try Scene.playing()
        #expect(scene.hello(2, from: Scene.place(2, 1_001)) != .held)
        scene.wait(9_999)
        #expect(scene.ping(2) == .dropped(.retiredEndpoint))
        scene.wait(1)
        #expect(scene.ping(2) == .answered(2))
    }

    @Test("A retired endpoint is ignored even when the user timeout is over in the meantime")
    func retiredBeforeUnbound() throws {
        var settings = EngineSettings()
        settings.userTimeout = 5_000
        let scene = try Scene.playing(settings)
        #expect(scene.hello(2, from: Scene.place(2, 1_001)) != .held)
        scene.wait(9_999)
        scene.driver.sweepAll(now: scene.now)
        #expect(scene.ping(2) == .dropped(.retiredEndpoint))
    }

    @Test("A user takes at most one new id a second, and the retransmission succeeds")
    func rejoinTooSoon() throws {
        let scene = try Scene.playing()
        let first = Scene.rejoinIDs.lowerBound
        #expect(scene.hello(2, from: Scene.place(2, 1_001)) == .toHost(first, Datagrams.hello(), scene.home(1)))
        scene.wait(999)
        #expect(scene.hello(2, from: Scene.place(2, 1_002)) == .dropped(.rejoinTooSoon))
        #expect(scene.hostData(to: first) == .toClient([8], Scene.place(2, 1_001)))
        scene.wait(1)
        #expect(scene.hello(2, from: Scene.place(2, 1_002)) == .toHost(first + 1, Datagrams.hello(), scene.home(1)))
    }

    @Test("When the range is used up users keep their ids")
    func exhausted() throws {
        let scene = try Scene.playing()
        let ids = Scene.rejoinIDs
        var place = scene.home(2)
        for (index, id) in ids.enumerated() {
            // Far enough apart to be no conflict.
            scene.wait(15_000)
            #expect(scene.ping(2, from: place) == .answered(4))
            scene.wait(15_500)
            place = Scene.place(2, 2_000 + UInt16(index))
            #expect(scene.hostPings() == .answered(2))
            #expect(scene.hello(2, from: place) == .toHost(id, Datagrams.hello(), scene.home(1)))
        }
        // Within a second: no id is left to be taken too soon.
        #expect(
            scene.hello(2, from: Scene.place(2, 3_000)) == .toHost(ids.upperBound - 1, Datagrams.hello(), scene.home(1))
        )
        #expect(scene.driver.counters[.rejoins] == UInt64(ids.count))
    }

    @Test("Rejoin ids switched off: a hello moves like any other DATA")
    func switchedOff() throws {
        var settings = EngineSettings()
        settings.givesRejoinIDs = false
        let scene = try Scene.playing(settings)
        #expect(scene.hello(2, from: Scene.place(2, 1_001)) == .toHost(2, Datagrams.hello(), scene.home(1)))
        #expect(scene.ping(2) == .answered(2), "and nothing is retired")
    }

    @Test("A candidate's held hello that a PING confirms completes the rejoin")
    func confirmedHello() throws {
        let scene = try Scene.playing()
        scene.wait(600)
        #expect(scene.hello(2, from: Scene.place(90)) == .held)
        #expect(scene.ping(2, from: Scene.place(90)) == .answered(2))
        #expect(scene.ping(2, from: Scene.place(90)) == .answered(2))
        let id = Datagrams.littleEndian(UInt32(Scene.rejoinIDs.lowerBound))
        #expect(scene.released.map(\.bytes) == [[2] + id + Datagrams.hello()])
        #expect(scene.ping(2) == .dropped(.retiredEndpoint))
    }

    @Test("A user added later gets its own id, and ids up to it are known")
    func addedLater() throws {
        let scene = try Scene.playing()
        #expect(scene.hostData(to: 9) == .dropped(.unknownConnectionID))
        try scene.driver.add(UserPlan(userToken: 50, connectionID: 9), toSession: Scene.session)
        #expect(scene.data(50) == .toHost(9, [9], scene.home(1)))
        #expect(scene.hostData(to: 9) == .toClient([8], scene.home(50)))
        #expect(scene.hostData(to: 8) == .dropped(.retiredConnectionID))
    }
}
