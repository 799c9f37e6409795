import RelayCore
import TestSupport
import Testing

@Suite("Sessions that nobody uses")
struct LivenessTests {
    private func sweepTells(_ scene: Scene) -> Bool {
        scene.driver.events = []
        scene.driver.sweepAll(now: scene.now)
        return scene.driver.events == [.sessionIdle(sessionToken: Scene.session)]
    }

    @Test("A session never used is told of after the unused limit, a used one after the idle limit")
    func limits() throws {
        for isUsed in [false, true] {
            let scene = try Scene()
            if isUsed { #expect(scene.ping(2) == .answered(2)) }
            scene.wait(isUsed ? 599_999 : 1_799_999)
            #expect(!sweepTells(scene))
            scene.wait(1)
            #expect(sweepTells(scene))
            #expect(!sweepTells(scene), "not at once again")
            scene.wait(10_000)
            #expect(sweepTells(scene), "but ten seconds later, should it still be there")
        }
    }

    @Test("The first valid datagram is told of once; a session that was used before a restart tells nothing")
    func used() throws {
        let scene = try Scene()
        #expect(scene.ping(99) == .refused(.unknownUser))
        #expect(scene.driver.events.isEmpty)
        #expect(scene.data(2) == .held)
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.driver.events == [.sessionUsed(sessionToken: Scene.session)])
    }

    @Test("What is dropped or not confirmed does not keep a session alive; an answer of Checking does")
    func idleClock() throws {
        let scene = try Scene.playing()
        let start = scene.now
        scene.now = start + 1_000
        #expect(scene.hostPings(3) == .answered(1))
        scene.now = start + 1_500
        #expect(scene.ping(2, from: Scene.place(99)) == .answered(1))
        #expect(scene.hostData(to: 77) == .dropped(.unknownConnectionID))
        scene.now = start + 600_999
        #expect(!sweepTells(scene))
        scene.now = start + 601_000
        #expect(sweepTells(scene))
    }

    @Test("Activity tells how long host and session have been silent, and nothing of what is not served")
    func activity() throws {
        func activity(_ scene: Scene) -> SessionActivity? {
            scene.driver.engine.activity(ofSession: Scene.session, now: scene.now)
        }
        let scene = try Scene()
        scene.wait(70)
        #expect(activity(scene) == SessionActivity(hostSilence: nil, silence: 70))
        #expect(scene.hostPings() == .answered(2))
        scene.wait(30)
        #expect(scene.ping(2) == .answered(2))
        scene.wait(5)
        #expect(scene.ping(2, from: Scene.place(99)) == .answered(1), "not accepted, and so not heard")
        #expect(activity(scene) == SessionActivity(hostSilence: 35, silence: 5))
        scene.revoke(1)
        #expect(activity(scene) == SessionActivity(hostSilence: nil, silence: 5))
        scene.end()
        #expect(activity(scene) == nil)
    }

    @Test("Of each user it is known how long it has been silent, of the host on either port")
    func silences() throws {
        let scene = try Scene()
        func silences(_ users: UInt32...) -> [UInt32?] {
            scene.driver.engine.silences(ofUsers: users, inSession: Scene.session, now: scene.now)
        }
        scene.wait(70)
        #expect(silences(1, 2, 99) == [nil, nil, nil])
        #expect(scene.hostPings() == .answered(2))
        scene.wait(30)
        #expect(scene.ping(2) == .answered(2))
        scene.wait(5)
        #expect(silences(2, 99, 1) == [5, nil, 35])
        scene.revoke(2)
        #expect(silences(1, 2) == [35, nil])
        #expect(scene.driver.engine.silences(ofUsers: [1], inSession: 77, now: scene.now) == [nil])
    }

    @Test("Rules hold where the 32-bit stamps wrap", arguments: [(1 << 31), (1 << 32), 3 << 31] as [UInt64])
    func wrap(around moment: UInt64) throws {
        let scene = try Scene()
        scene.end()
        scene.now = moment - 10_000
        let users = [UserPlan(userToken: 1, connectionID: 1), UserPlan(userToken: 2, connectionID: 2)]
        try scene.driver.add(SessionPlan(sessionToken: 8, users: users, rejoinIDs: 1..<1), now: scene.now)
        let hostPing = Datagrams.ping(user: 1, session: 8)
        #expect(scene.send(hostPing, scene.home(1), .server) == .answered(2))
        scene.wait(19_999)
        #expect(scene.ping(2, session: 8) == .answered(2))
        scene.wait(1)
        #expect(scene.ping(2, session: 8) == .answered(4))
    }

    @Test("A session that sleeps for months wakes as it was")
    func months() throws {
        let scene = try Scene.playing()
        for _ in 0..<90 {
            scene.wait(86_400_000)
            scene.driver.sweepAll(now: scene.now)
            #expect(scene.ping(3, from: Scene.place(3)) == .answered(4))
        }
        #expect(scene.hostData(to: 2) == .dropped(.noAddress))
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2, from: Scene.place(70)) == .answered(2))
    }
}
