import RelayCore
import TestSupport
import Testing

@Suite("Early joiners")
struct HeldTests {
    @Test(
        "An early joiner's hello is displaced by another hello only: its ping would have the host refuse the connection"
    )
    func helloStays() throws {
        let scene = try Scene()
        #expect(scene.hello(2) == .held)
        #expect(scene.data(2, Datagrams.freshPing()) == .held)
        #expect(scene.data(2, [7]) == .held)
        #expect(scene.drops(.heldReplaced) == 2)
        #expect(scene.data(2, Datagrams.hello(mark: 5)) == .held)
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.released.map(\.bytes) == [[2, 2, 0, 0, 0] + Datagrams.hello(mark: 5)])
    }

    @Test("The newest datagram of each waits for the host and leaves the moment it binds, up to 2 s old")
    func delivery() throws {
        for (age, isDelivered) in [(0, true), (1_999, true), (2_000, true), (2_001, false)] as [(UInt64, Bool)] {
            let scene = try Scene()
            #expect(scene.data(2, [1]) == .held)
            #expect(scene.data(2, [2]) == .held)
            #expect(scene.drops(.heldReplaced) == 1)
            scene.wait(age)
            #expect(scene.data(3, [3]) == .held)
            #expect(scene.hostPings() == .answered(2))
            let payloads = Set(scene.released.map { Array($0.bytes.dropFirst(5)) })
            #expect(payloads == (isDelivered ? [[2], [3]] : [[3]]), "after \(age) ms")
            #expect(scene.released.allSatisfy { $0.target == scene.home(1) && $0.port == .server })
            #expect(scene.drops(.noHost) == (isDelivered ? 0 : 1))
            #expect(scene.driver.counters[.heldNow] == 0)
            // Once, and never again.
            #expect(scene.hostPings() == .answered(2))
            #expect(scene.released.isEmpty)
        }
    }

    @Test("What waited too long is dropped by the sweep, whether a host comes or not")
    func sweptAway() throws {
        let scene = try Scene()
        #expect(scene.data(2) == .held)
        scene.wait(2_000)
        scene.driver.sweepAll(now: scene.now)
        #expect(scene.drops(.noHost) == 0)
        scene.wait(1)
        scene.driver.sweepAll(now: scene.now)
        #expect(scene.drops(.noHost) == 1)
        #expect(scene.driver.counters[.heldNow] == 0)
    }

    @Test("Sixteen of a session wait; the seventeenth is dropped and not bound, until one of them is too old")
    func sixteenASession() throws {
        let scene = try Scene(users: 20)
        for user in UInt32(2)...17 { #expect(scene.data(user) == .held) }
        #expect(scene.data(18) == .dropped(.heldOverflow))
        #expect(scene.data(5) == .held, "who waits already has a place")
        #expect(scene.ping(18) == .answered(2))
        scene.wait(2_001)
        #expect(scene.data(18) == .held)
        #expect(scene.drops(.noHost) == 16)
    }

    @Test("A seventeenth joiner that was dropped is not bound")
    func overflowBindsNobody() throws {
        let scene = try Scene(users: 20)
        for user in UInt32(2)...17 { #expect(scene.data(user) == .held) }
        #expect(scene.data(18) == .dropped(.heldOverflow))
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.hostData(to: 18) == .dropped(.noAddress))
        #expect(scene.hostData(to: 17) == .toClient([8], scene.home(17)))
    }

    @Test("1,024 of a worker wait, over all sessions")
    func wholeWorker() throws {
        let scene = try Scene()
        for session in UInt32(100)..<165 {
            let users = (1...16).map { UserPlan(userToken: $0, connectionID: Int32($0)) }
            try scene.driver.add(
                SessionPlan(sessionToken: session, users: users, rejoinIDs: 1..<1),
                now: scene.now
            )
        }
        for session in UInt32(100)..<164 {
            for user in UInt32(1)...16 { #expect(scene.data(user, session: session) == .held) }
        }
        #expect(scene.driver.counters[.heldNow] == 1_024)
        #expect(scene.data(1, session: 164) == .dropped(.heldOverflow))
        scene.wait(2_001)
        #expect(scene.data(1, session: 164) == .held)
        #expect(scene.driver.counters[.heldNow] == 1)
    }

    @Test("A user revoked or a session ended takes what waits with it")
    func removal() throws {
        let scene = try Scene()
        #expect(scene.data(2) == .held)
        #expect(scene.data(3) == .held)
        scene.revoke(2)
        #expect(scene.drops(.noHost) == 1)
        scene.end()
        #expect(scene.drops(.noHost) == 2)
        #expect(scene.driver.counters[.heldNow] == 0)
    }

    @Test("A host known from before a restart whose endpoint is not: datagrams wait for its first one, DATA included")
    func restoredHost() throws {
        let scene = try Scene(hostUserToken: 1)
        #expect(scene.data(2, [5]) == .held)
        #expect(scene.hostData(to: 9) == .dropped(.unknownConnectionID))
        #expect(scene.released.isEmpty)
        #expect(scene.hostData(to: 2, [6]) == .toClient([6], scene.home(2)))
        #expect(scene.released.map(\.bytes) == [[2, 2, 0, 0, 0, 5]])
    }
}
