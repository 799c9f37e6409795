import RelayCore
import TestSupport
import Testing

@Suite("Roaming")
struct RoamingTests {
    private static let other = Scene.place(99)

    @Test(
        "Another port of the same IPv4 address or the same IPv6 /64 moves at once, in every mode but across addresses"
    )
    func sameSource() throws {
        func ipv6(_ subnet: UInt8, _ host: UInt8) -> PeerEndpoint {
            Scene.endpoint([0x20, 1, 0xD, 0xB8, 0, 0, 0, subnet, 0, 0, 0, 0, 0, 0, 0, host], 1_000)
        }
        for roaming in [EngineSettings.Roaming.strict, .normal, .open] {
            var settings = EngineSettings()
            settings.roaming = roaming
            let scene = try Scene.playing(settings)
            #expect(scene.ping(2, from: Scene.place(2, 1_001)) == .answered(2))
            #expect(scene.hostData(to: 2) == .toClient([8], Scene.place(2, 1_001)))
            #expect(scene.ping(3, from: ipv6(1, 1)) == .answered(2))
            #expect(scene.data(3, from: ipv6(1, 2)) == .toHost(3, [9], scene.home(1)))
            #expect(scene.hostData(to: 3) == .toClient([8], ipv6(1, 2)))
            let acrossPrefixes = scene.data(3, from: ipv6(2, 2))
            switch roaming {
            case .strict: #expect(acrossPrefixes == .dropped(.roamingForbidden))
            case .normal: #expect(acrossPrefixes == .held)
            case .open: #expect(acrossPrefixes == .toHost(3, [9], scene.home(1)))
            }
        }
    }

    @Test("Another address moves when the bound endpoint was silent for 2 s, and with nothing less")
    func silence() throws {
        let scene = try Scene.playing()
        for _ in 0..<10 {
            scene.wait(199)
            #expect(scene.ping(2, from: Self.other) == .answered(1))
        }
        scene.wait(9)
        #expect(scene.data(2, from: Self.other) == .held)
        scene.wait(1)
        #expect(scene.data(2, [5], from: Self.other) == .toHost(2, [5], scene.home(1)))
        #expect(scene.drops(.roamingUnconfirmed) == 1, "what waited is superseded")
        #expect(scene.hostData(to: 2) == .toClient([8], Self.other))
    }

    @Test("A PING that is accepted sends on what waited, the newest; nothing is forwarded before")
    func releasedByPing() throws {
        let scene = try Scene.playing()
        scene.wait(500)
        #expect(scene.data(2, [1], from: Self.other) == .held)
        _ = scene.data(2, [2], from: Self.other)
        #expect(scene.drops(.roamingUnconfirmed) == 1, "the newest only")
        #expect(scene.driver.counters[.heldNow] == 1)
        #expect(scene.released.isEmpty)
        scene.wait(1_500)
        #expect(scene.ping(2, from: Self.other) == .answered(2))
        #expect(scene.released.map(\.bytes) == [[2, 2, 0, 0, 0, 2]])
        #expect(scene.driver.counters[.heldDelivered] == 1)
    }

    @Test("What one address left waiting is not sent on when another is accepted")
    func anotherCandidate() throws {
        let scene = try Scene.playing()
        scene.wait(600)
        #expect(scene.data(2, [1], from: Self.other) == .held)
        #expect(scene.ping(2, from: Scene.place(98)) == .answered(1))
        #expect(scene.drops(.roamingUnconfirmed) == 1)
        scene.wait(1_400)
        #expect(scene.ping(2, from: Scene.place(98)) == .answered(2))
        #expect(scene.released.isEmpty)
        #expect(scene.hostData(to: 2) == .toClient([8], Scene.place(98)))
    }

    @Test("What waits 2 s without being accepted is dropped")
    func neverConfirmed() throws {
        let scene = try Scene.playing()
        #expect(scene.data(2, from: Self.other) == .held)
        scene.wait(2_000)
        scene.driver.sweepAll(now: scene.now)
        #expect(scene.drops(.roamingUnconfirmed) == 0)
        scene.wait(1)
        scene.driver.sweepAll(now: scene.now)
        #expect(scene.drops(.roamingUnconfirmed) == 1)
        #expect(scene.driver.counters[.heldNow] == 0)
    }

    @Test("The host roams by the same rule")
    func host() throws {
        let scene = try Scene.playing()
        scene.wait(1_999)
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.hostPings(from: Self.other) == .answered(1))
        #expect(scene.hostData(to: 2, [1], from: Self.other) == .held)
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
        scene.wait(1)
        #expect(scene.hostPings(from: Self.other) == .answered(2))
        #expect(scene.released.map(\.bytes) == [[2, 1]])
        #expect(scene.released.map(\.target) == [scene.home(2)])
        #expect(scene.data(2) == .toHost(2, [9], Self.other))
    }

    @Test(
        "An endpoint that may not bind is told Checking, as player and as host: never a state that ends its transport"
    )
    func checking() throws {
        var strict = EngineSettings()
        strict.roaming = .strict
        for settings in [EngineSettings(), strict] {
            let scene = try Scene.playing(settings)
            #expect(scene.ping(2, from: Self.other) == .answered(1))
            #expect(scene.hostPings(from: Self.other) == .answered(1))
            #expect(scene.hostPings(3, from: Self.other) == .answered(1), "another user on the server port")
        }
    }

    @Test("A host's DATA to nobody does not move it")
    func hostDataToNobody() throws {
        let scene = try Scene.playing()
        #expect(scene.hostData(to: 77, from: Scene.place(1, 1_001)) == .dropped(.unknownConnectionID))
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
    }

    @Test("Past the session's budget of wrong users nobody heard within 5 s can be moved; first binds go on")
    func frozen() throws {
        var settings = EngineSettings()
        settings.wrongUsersPerSecond = 3
        let scene = try Scene.playing(settings)
        let second = Scene.place(2, 1_001)
        scene.wait(4_999)
        #expect(scene.hostPings() == .answered(2))
        for guess in UInt32(100)..<103 { _ = scene.ping(guess, from: Scene.place(200)) }
        #expect(scene.hostPings(from: Scene.place(1, 1_001)) == .answered(2), "three are within the budget")
        _ = scene.ping(103, from: Scene.place(200))
        #expect(scene.data(2, from: second) == .dropped(.rebindFrozen))
        #expect(scene.ping(2, from: second) == .answered(1))
        #expect(scene.hostPings() == .answered(1))
        #expect(scene.data(2, from: Scene.place(99)) == .dropped(.rebindFrozen), "from another address too")
        #expect(scene.ping(3) == .answered(2), "nobody was bound")
        scene.wait(1)
        #expect(scene.ping(2, from: second) == .answered(2), "silent for 5 s")
        scene.wait(998)
        #expect(scene.data(3, from: Scene.place(3, 1_001)) == .dropped(.rebindFrozen))
        scene.wait(1)
        #expect(scene.ping(3, from: Scene.place(3, 1_001)) == .answered(2), "the second is over")
    }

    @Test("The budget of wrong users starts anew each second, also where the clock is past half of its 32 bits")
    func frozenWindow() throws {
        var settings = EngineSettings()
        settings.wrongUsersPerSecond = 3
        for start in [0, 1 << 31, (1 << 32) - 500, 7 << 31] as [UInt64] {
            let scene = try Scene(settings)
            scene.end()
            scene.now = start + 10
            let users = [UserPlan(userToken: 1, connectionID: 1), UserPlan(userToken: 2, connectionID: 2)]
            try scene.driver.add(SessionPlan(sessionToken: 8, users: users, rejoinIDs: 1..<1), now: scene.now)
            for guess in UInt32(100)..<110 {
                _ = scene.ping(guess, session: 8, from: Scene.place(200))
                #expect(scene.ping(2, session: 8) == .answered(2))
                scene.wait(1_000)
            }
            #expect(scene.ping(2, session: 8) == .answered(2))
            #expect(scene.ping(2, session: 8, from: Scene.place(2, 1_001)) == .answered(2), "from \(start)")
        }
    }
}
