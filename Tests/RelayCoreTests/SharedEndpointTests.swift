import RelayCore
import TestSupport
import Testing

/// At an endpoint there is one user of a session.
@Suite("Two users at one endpoint")
struct SharedEndpointTests {
    @Test("Binding an endpoint unbinds whoever of the session was there")
    func unbinds() throws {
        let scene = try Scene.playing()
        #expect(scene.data(3, from: scene.home(2)) == .toHost(3, [9], scene.home(1)))
        #expect(scene.hostData(to: 3) == .toClient([8], scene.home(2)))
        #expect(scene.hostData(to: 2) == .dropped(.noAddress), "nothing of the former one reaches the new one")
        #expect(scene.data(2, from: Scene.place(70)) == .toHost(2, [9], scene.home(1)), "anywhere binds")
        #expect(scene.hostData(to: 3) == .toClient([8], scene.home(2)))
    }

    @Test("So does moving there, and coming back to the own place")
    func moving() throws {
        let scene = try Scene.playing()
        let shared = Scene.place(2, 4_000)
        #expect(scene.ping(3, from: shared) == .answered(2))
        #expect(scene.ping(2, from: shared) == .answered(2))
        #expect(scene.hostData(to: 3) == .dropped(.noAddress))
        #expect(scene.hostData(to: 2) == .toClient([8], shared))
        #expect(scene.ping(3) == .answered(2))
        #expect(scene.hostData(to: 3) == .toClient([8], scene.home(3)))
        #expect(scene.hostData(to: 2) == .toClient([8], shared))
    }

    @Test("Users of other sessions, and the host on the other port, stay where they are")
    func others() throws {
        let scene = try Scene.playing()
        let other = SessionPlan(sessionToken: 8, users: [UserPlan(userToken: 2, connectionID: 2)], rejoinIDs: 1..<1)
        try scene.driver.add(other, now: scene.now)
        #expect(scene.ping(2, session: 8) == .answered(2))
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        #expect(scene.data(1, from: scene.home(1)) == .toHost(1, [9], scene.home(1)))
        #expect(scene.hostPings() == .answered(2))
    }

    @Test("A departed or silent user is nobody's neighbour, and a thousand users at one endpoint cost no walk")
    func departed() throws {
        let scene = try Scene(users: 1_000)
        #expect(scene.hostPings() == .answered(2))
        let shared = Scene.place(200)
        for user in UInt32(2)...1_000 {
            #expect(scene.ping(user, from: shared) == .answered(2))
            if user % 7 == 0 { scene.revoke(user) }
            if user % 11 == 0 {
                scene.wait(30_000)
                scene.driver.sweepAll(now: scene.now)
                #expect(scene.hostPings() == .answered(2))
            }
        }
        #expect(scene.hostData(to: 1_000) == .toClient([8], shared))
        #expect(scene.hostData(to: 999) == .dropped(.noAddress))
    }

    @Test("A restart with the tables keeps one of them there")
    func overARestart() throws {
        let scene = try Scene.playing()
        #expect(scene.ping(3, from: scene.home(2)) == .answered(2))
        var plan = scene.plan
        plan.hostUserToken = 1
        scene.driver.restart(now: scene.now, stored: [plan])
        #expect(scene.hostData(to: 3) == .toClient([8], scene.home(2)))
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.hostData(to: 3) == .dropped(.noAddress))
    }
}
