import RelayCore
import TestSupport
import Testing

/// An address that another one replaced gets its place back; nobody gets anything by holding a place for a moment.
@Suite("Taking back")
struct TakingBackTests {
    private static let thief = Scene.place(99)
    private static let second = Scene.place(98)

    /// A scene in which another address has just taken user 2's place.
    private func robbed() throws -> Scene {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        scene.wait(2_000)
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2, from: Self.thief) == .answered(2))
        return scene
    }

    private func isBound(_ scene: Scene, _ place: PeerEndpoint, id: Int32 = 2) -> Bool {
        scene.hostData(to: id) == .toClient([8], place)
    }

    @Test("Three datagrams over at least a second take a place back, though the other address lives")
    func threeOverASecond() throws {
        let scene = try robbed()
        for _ in 0..<9 {
            #expect(scene.ping(2) == .answered(1))
            #expect(scene.ping(2, from: Self.thief) == .answered(2))
            scene.wait(111)
        }
        #expect(scene.ping(2) == .answered(1), "ten in 999 ms")
        scene.wait(1)
        #expect(scene.ping(2) == .answered(2))
        #expect(isBound(scene, scene.home(2)))
        let report = scene.driver.report(ofSession: Scene.session, now: scene.now)
        #expect(report?.users.first { $0.userToken == 2 }?.conflicts == 1)
    }

    @Test("Two datagrams are not enough, however far apart")
    func twoAreNot() throws {
        let scene = try robbed()
        #expect(scene.ping(2) == .answered(1))
        for _ in 0..<20 {
            scene.wait(500)
            #expect(scene.ping(2, from: Self.thief) == .answered(2))
        }
        #expect(scene.ping(2) == .answered(1))
        #expect(scene.data(2, [5]) == .toHost(2, [5], scene.home(1)))
    }

    @Test("A minute after it was replaced an address is like any other")
    func window() throws {
        for (wait, isBack) in [(UInt64(59_999), true), (60_000, false)] {
            let scene = try robbed()
            let start = scene.now
            while scene.now < start + wait - 1_500 {
                scene.wait(1_000)
                _ = scene.ping(2, from: Self.thief)
                _ = scene.hostPings()
            }
            for moment in [wait - 1_200, wait - 600] {
                scene.now = start + moment
                #expect(scene.ping(2) == .answered(1))
                #expect(scene.ping(2, from: Self.thief) == .answered(2))
            }
            scene.now = start + wait
            #expect(scene.ping(2) == .answered(isBack ? 2 : 1))
        }
    }

    @Test("With its place a player gets its connection id back, though the thief's fresh connection got another")
    func idComesBack() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        scene.wait(2_000)
        let stolen = Scene.rejoinIDs.lowerBound
        #expect(scene.connect(2, from: Self.thief) == stolen)
        for _ in 0..<2 {
            #expect(scene.data(2, Datagrams.reliable()) != .toHost(2, Datagrams.reliable(), scene.home(1)))
            scene.wait(500)
        }
        #expect(scene.data(2, Datagrams.reliable()) == .toHost(2, Datagrams.reliable(), scene.home(1)))
        #expect(isBound(scene, scene.home(2)))
        #expect(scene.hostData(to: stolen) == .dropped(.retiredConnectionID))
        #expect(
            scene.driver.events.last
                == .connectionIDGiven(sessionToken: Scene.session, userToken: 2, connectionID: 2)
        )
    }

    @Test("A player that comes back to its address with a fresh connection gets a new id")
    func backWithAFreshConnection() throws {
        let scene = try robbed()
        let restarted = Scene.place(2, 5_000)
        for _ in 0..<2 {
            #expect(scene.hello(2, from: restarted) != .toHost(2, Datagrams.hello(), scene.home(1)))
            scene.wait(500)
            #expect(scene.ping(2, from: Self.thief) == .answered(2))
        }
        #expect(scene.connect(2, from: restarted) == Scene.rejoinIDs.lowerBound)
    }

    @Test("For a minute after a conflict another address needs 5 s of silence, and its DATA does not wait")
    func contested() throws {
        let scene = try robbed()
        for _ in 0..<2 {
            #expect(scene.ping(2) == .answered(1))
            scene.wait(500)
        }
        #expect(scene.ping(2) == .answered(2))
        let conflict = scene.now
        #expect(scene.data(2, from: Self.thief) == .dropped(.endpointConflict))
        #expect(scene.ping(2, from: Self.thief) == .answered(1))
        scene.wait(4_999)
        #expect(scene.data(2, from: Self.second) == .dropped(.endpointConflict))
        scene.wait(1)
        #expect(scene.data(2, from: Self.second) == .toHost(2, [9], scene.home(1)))
        // It lets go, and the owner comes back; after the minute 2 s are enough again.
        scene.now = conflict + 58_500
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2) == .answered(2))
        scene.now = conflict + 60_500
        #expect(scene.ping(2, from: Self.second) == .answered(2))
    }

    @Test(
        "Whoever was replaced by somebody coming back has no claim: neither by letting go nor through a second address"
    )
    func thiefHasNoClaim() throws {
        // It lets go on purpose, and the player is back by silence.
        let scene = try robbed()
        scene.wait(2_000)
        #expect(scene.ping(2) == .answered(2))
        for _ in 0..<6 {
            scene.wait(500)
            #expect(scene.ping(2) == .answered(2))
            #expect(scene.ping(2, from: Self.thief) == .answered(1))
        }
        #expect(isBound(scene, scene.home(2)))
        // It moves on to a second address while the player is silent; coming back ends the claims of both.
        let other = try robbed()
        other.wait(2_000)
        #expect(other.ping(2, from: Self.second) == .answered(2))
        for _ in 0..<2 {
            #expect(other.ping(2) == .answered(1))
            other.wait(500)
        }
        #expect(other.ping(2) == .answered(2))
        for _ in 0..<8 {
            other.wait(500)
            #expect(other.ping(2) == .answered(2))
            #expect(other.ping(2, from: Self.thief) == .answered(1))
            #expect(other.ping(2, from: Self.second) == .answered(1))
        }
    }

    @Test("A thief with many addresses does not push out whom it robbed")
    func manyAddresses() throws {
        let scene = try robbed()
        for last in UInt8(100)..<110 {
            scene.wait(2_000)
            #expect(scene.hostPings() == .answered(2))
            #expect(scene.ping(2, from: Scene.place(last)) == .answered(2))
        }
        for _ in 0..<2 {
            #expect(scene.ping(2) == .answered(1))
            scene.wait(500)
        }
        #expect(scene.ping(2) == .answered(2))
    }

    @Test("A session flooded with wrong tokens keeps nobody from taking back")
    func frozen() throws {
        var settings = EngineSettings()
        settings.wrongUsersPerSecond = 3
        let scene = try Scene.playing(settings)
        scene.wait(2_000)
        #expect(scene.ping(2, from: Self.thief) == .answered(2))
        for round in 0..<3 {
            for guess in UInt32(0)..<5 { _ = scene.ping(100 + guess, from: Scene.place(200 + UInt8(round))) }
            #expect(scene.ping(2) == .answered(round < 2 ? 1 : 2))
            #expect(scene.ping(2, from: Scene.place(2, 7)) == .answered(round < 2 ? 1 : 1))
            scene.wait(500)
        }
    }

    @Test("Hosts take their place back by the same rule")
    func host() throws {
        let scene = try Scene.playing()
        scene.wait(2_000)
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.hostPings(from: Self.thief) == .answered(2))
        #expect(scene.data(2) == .toHost(2, [9], Self.thief))
        for _ in 0..<2 {
            #expect(scene.hostPings() == .answered(1))
            scene.wait(500)
            #expect(scene.hostPings(from: Self.thief) == .answered(2))
        }
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
        #expect(scene.driver.report(ofSession: Scene.session, now: scene.now)?.hostConflicts == 1)
    }

    @Test("More than three conflicts within a minute are told, once")
    func told() throws {
        let scene = try robbed()
        let event = PlaneEvent.endpointContested(sessionToken: Scene.session, userToken: 2)
        for conflict in 1...6 {
            #expect(scene.hostPings() == .answered(2))
            #expect(scene.ping(2) == .answered(1))
            scene.wait(500)
            #expect(scene.ping(2) == .answered(1))
            scene.wait(500)
            #expect(scene.ping(2) == .answered(2))
            let told = scene.driver.events.filter { $0 == event }.count
            #expect(told == (conflict < 4 ? 0 : 1), "after \(conflict)")
            scene.wait(5_000)
            #expect(scene.hostPings() == .answered(2))
            #expect(scene.ping(2, from: Self.thief) == .answered(2))
        }
    }

    @Test("A restart with the tables keeps who may take a place back")
    func overARestart() throws {
        let scene = try robbed()
        #expect(scene.ping(2) == .answered(1))
        scene.wait(500)
        #expect(scene.ping(2) == .answered(1))
        var plan = scene.plan
        plan.hostUserToken = 1
        scene.driver.restart(now: scene.now, stored: [plan])
        scene.wait(500)
        #expect(scene.ping(2) == .answered(2))
    }
}
