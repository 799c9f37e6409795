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
