import RelayCore
import TestSupport
import Testing

@Suite("What users have sent and were sent")
struct UsageTests {
    @Test("A player's account is what came from it and what was forwarded to it, UDP payload of its own side")
    func player() throws {
        let scene = try Scene.playing()
        #expect(scene.data(2, [1, 2, 3]) == .toHost(2, [1, 2, 3], scene.home(1)))
        #expect(scene.hostData(to: 2, [7, 7]) == .toClient([7, 7], scene.home(2)))
        let usage = try scene.user(2).usage
        #expect(usage.datagramsFrom == 2)
        #expect(usage.bytesFrom == 9 + 12)
        #expect(usage.datagramsTo == 1)
        #expect(usage.bytesTo == 3)
    }

    @Test("The host's account is kept on the server port, and its answers to PINGs are no datagrams to it")
    func host() throws {
        let scene = try Scene.playing()
        #expect(scene.data(2, [1, 2, 3]) == .toHost(2, [1, 2, 3], scene.home(1)))
        #expect(scene.hostData(to: 2, [7, 7]) == .toClient([7, 7], scene.home(2)))
        let usage = try scene.user(1).usage
        #expect(usage.datagramsFrom == 2)
        #expect(usage.bytesFrom == 9 + 15)
        #expect(usage.datagramsTo == 1)
        #expect(usage.bytesTo == 8)
    }

    @Test("What is dropped is on nobody's account")
    func dropped() throws {
        let scene = try Scene.playing()
        #expect(scene.hostData(to: 77) == .dropped(.unknownConnectionID))
        #expect(try scene.user(1).usage.datagramsFrom == 1)
        #expect(scene.ping(2, pair: 5) == .dropped(.wrongPort))
        #expect(try scene.user(2).usage.datagramsFrom == 1)
    }

    @Test("A held datagram is on the sender's account at once, and on the host's when it is delivered")
    func held() throws {
        let scene = try Scene()
        #expect(scene.data(2, [5]) == .held)
        #expect(try scene.user(2).usage.datagramsFrom == 1)
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.released.count == 1)
        #expect(try scene.user(1).usage.datagramsTo == 1)
    }

    @Test("Seconds in which something came are counted, and the busiest is remembered")
    func secondsAndPeak() throws {
        let scene = try Scene.playing()
        for _ in 0..<9 { #expect(scene.ping(2) == .answered(2)) }
        scene.wait(5_000)
        for _ in 0..<3 { #expect(scene.ping(2) == .answered(2)) }
        scene.wait(1_000)
        #expect(scene.ping(2) == .answered(2))
        let usage = try scene.user(2).usage
        #expect(usage.activeSeconds == 3)
        #expect(usage.peak == Rate(datagrams: 10, bytes: 90))
    }

    @Test("The rate is that of the last whole second, and nothing after a second of silence")
    func rate() throws {
        let scene = try Scene.playing()
        for _ in 0..<9 { #expect(scene.ping(2) == .answered(2)) }
        #expect(try scene.user(2).rate == Rate())
        scene.wait(1_000)
        #expect(try scene.user(2).rate == Rate(datagrams: 10, bytes: 90))
        #expect(scene.ping(2) == .answered(2))
        #expect(try scene.user(2).rate == Rate(datagrams: 10, bytes: 90))
        #expect(try scene.report().rate == Rate(datagrams: 11, bytes: 99))
        scene.wait(1_000)
        #expect(try scene.user(2).rate == Rate(datagrams: 1, bytes: 9))
        scene.wait(1_000)
        #expect(try scene.user(2).rate == Rate())
        #expect(try scene.report().rate == Rate())
        #expect(try scene.report().peak == Rate(datagrams: 11, bytes: 99))
    }

    @Test("Another host begins with an account of its own, and the former one keeps what it did")
    func migration() throws {
        let scene = try Scene.playing()
        for _ in 0..<4 { #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2))) }
        scene.wait(20_000)
        #expect(scene.ping(2) == .answered(4))
        #expect(scene.hostPings(3) == .answered(2))
        #expect(scene.hostData(3, to: 2) == .toClient([8], scene.home(2)))
        #expect(try scene.user(1).usage.datagramsFrom == 5)
        #expect(try scene.user(1).usage.peak.datagrams == 5)
        #expect(try scene.user(3).usage.datagramsFrom == 2)
        #expect(try scene.report().hostLink.pings == 1)
    }

    @Test("A session that takes the place of one that ended has a blank account")
    func reusedSession() throws {
        let scene = try Scene.playing()
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
        #expect(scene.ping(77, from: Scene.place(9)) == .refused(.unknownUser))
        scene.end()
        try scene.driver.add(scene.plan, now: scene.now)
        let report = try scene.report()
        #expect(report.peak == Rate() && report.drops.isEmpty && report.hostLink == LinkQuality())
        #expect(report.users.allSatisfy { $0.usage == Usage() && $0.link == LinkQuality() && $0.drops.isEmpty })
    }

    @Test("A slot that another user gets has a blank account")
    func reused() throws {
        let scene = try Scene.playing()
        #expect(scene.ping(2, pair: 5) == .dropped(.wrongPort))
        scene.revoke(2)
        let again = UserPlan(userToken: 2, connectionID: 5)
        try scene.driver.add(again, toSession: Scene.session)
        #expect(try scene.user(2).usage == Usage())
        #expect(try scene.user(2).drops.isEmpty)
        #expect(try scene.user(2).link == LinkQuality())
    }
}

@Suite("What was dropped of whom")
struct UserDropTests {
    @Test("A user's drops are told by reason, with the last one and its age")
    func reasons() throws {
        let scene = try Scene.playing()
        #expect(scene.ping(2, pair: 5) == .dropped(.wrongPort))
        #expect(
            scene.send(Datagrams.hostData(user: 2, session: Scene.session, to: 1, [1]), scene.home(2), .server)
                == .dropped(.notHost)
        )
        #expect(
            scene.send(Datagrams.hostData(user: 2, session: Scene.session, to: 1, [1]), scene.home(2), .server)
                == .dropped(.notHost)
        )
        scene.wait(400)
        let user = try scene.user(2)
        #expect(user.drops == [.wrongPort: 1, .notHost: 2])
        #expect(user.lastDrop == .notHost)
        #expect(user.lastDropAge == 400)
        #expect(try scene.user(3).drops.isEmpty)
    }

    @Test("A host's undeliverable datagrams are the host's drops")
    func host() throws {
        let scene = try Scene.playing()
        #expect(scene.hostData(to: 3) == .dropped(.noAddress))
        #expect(scene.hostData(to: 99) == .dropped(.unknownConnectionID))
        #expect(try scene.user(1).drops == [.noAddress: 1, .unknownConnectionID: 1])
    }

    @Test("Held datagrams that nobody took are the sender's drops")
    func held() throws {
        let scene = try Scene()
        #expect(scene.data(2, [1]) == .held)
        #expect(scene.data(2, [2]) == .held)
        scene.wait(3_000)
        scene.driver.sweepAll(now: scene.now)
        #expect(try scene.user(2).drops == [.heldReplaced: 1, .noHost: 1])
    }

    @Test("A revoked user's and an unknown user's datagrams are the session's drops")
    func session() throws {
        let scene = try Scene.playing()
        scene.revoke(2)
        #expect(scene.ping(2) == .refused(.revoked))
        #expect(scene.ping(2) == .dropped(.revoked))
        #expect(scene.ping(77, from: Scene.place(9)) == .refused(.unknownUser))
        #expect(try scene.report().drops == [.revoked: 2, .unknownUser: 1])
    }
}

@Suite("How well a user's datagrams arrive")
struct LinkQualityTests {
    @Test("Regular PINGs have no jitter, and nothing is missing")
    func regular() throws {
        let scene = try Scene.playing()
        for _ in 0..<40 {
            scene.wait(500)
            #expect(scene.pingArrives(2))
        }
        let link = try scene.user(2).link
        #expect(link.pings == 41)
        #expect(link.missedPings == 0)
        #expect(link.jitter == 0)
        #expect(link.gaps == 0 && link.lastGapAge == nil)
    }

    @Test("There is no jitter to tell before the third PING")
    func tooFew() throws {
        let scene = try Scene.playing()
        scene.wait(500)
        #expect(scene.pingArrives(2))
        #expect(try scene.user(2).link.jitter == nil)
    }

    @Test("PINGs that are early and late in turn have the jitter by which they are")
    func jitter() throws {
        let scene = try Scene.playing()
        for index in 0..<200 {
            scene.wait(index % 2 == 0 ? 480 : 520)
            #expect(scene.pingArrives(2))
        }
        let link = try scene.user(2).link
        let jitter = try #require(link.jitter)
        #expect(abs(jitter - 40) < 1)
        #expect(link.missedPings == 0)
    }

    @Test("A lost PING is missing, and two in a row are a gap besides")
    func missing() throws {
        let scene = try Scene.playing()
        for interval in [500, 500, 1_000, 500, 1_500, 500] as [UInt64] {
            scene.wait(interval)
            #expect(scene.pingArrives(2))
        }
        scene.wait(200)
        let link = try scene.user(2).link
        #expect(link.missedPings == 3)
        #expect(link.gaps == 2)
        #expect(link.longestGap == 1_500)
        #expect(link.lastGapAge == 700)
    }

    @Test("Lost PINGs are no jitter: the others come in time")
    func lossIsNoJitter() throws {
        let scene = try Scene.playing()
        for index in 0..<60 {
            scene.wait(index % 10 == 9 ? 1_000 : 500)
            #expect(scene.pingArrives(2))
        }
        let link = try scene.user(2).link
        #expect(link.missedPings == 6)
        #expect(link.jitter == 0)
    }

    @Test("DATA fills a gap between PINGs")
    func dataFills() throws {
        let scene = try Scene.playing()
        for _ in 0..<4 {
            scene.wait(500)
            #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
        }
        #expect(scene.pingArrives(2))
        let link = try scene.user(2).link
        #expect(link.gaps == 0)
        #expect(link.missedPings == 3)
    }

    @Test("A long pause is a gap, and not a row of lost PINGs")
    func pause() throws {
        let scene = try Scene.playing()
        scene.wait(12_000)
        #expect(scene.pingArrives(2))
        let link = try scene.user(2).link
        #expect(link.missedPings == 0)
        #expect(link.gaps == 1 && link.longestGap == 12_000)
    }

    @Test("Who pings at another pace loses nothing by it", arguments: [100, 250, 1_000, 2_000] as [UInt64])
    func otherPace(interval: UInt64) throws {
        let scene = try Scene.playing()
        for _ in 0..<50 {
            scene.wait(interval)
            #expect(scene.pingArrives(2))
        }
        #expect(try scene.user(2).link.missedPings == 0)
        scene.wait(3 * interval)
        #expect(scene.pingArrives(2))
        #expect(try scene.user(2).link.missedPings == 2)
    }

    @Test("PINGs that a stall held up are late, not missing")
    func stall() throws {
        let scene = try Scene.playing()
        for _ in 0..<4 {
            scene.wait(500)
            #expect(scene.pingArrives(2))
        }
        scene.wait(3_000)
        for _ in 0..<6 { #expect(scene.pingArrives(2)) }
        let link = try scene.user(2).link
        #expect(link.missedPings == 0)
        #expect(link.gaps == 1 && link.longestGap == 3_000)
    }

    @Test("A gap that ends at another address is one")
    func gapAndMove() throws {
        let scene = try Scene.playing()
        scene.wait(4_000)
        #expect(scene.ping(2, from: Scene.place(2, 2_000)) == .answered(2))
        let link = try scene.user(2).link
        #expect(link.moves == 1 && link.gaps == 1 && link.longestGap == 4_000)
    }

    @Test("PINGs past a limit are not missing: they did arrive")
    func pastLimit() throws {
        var settings = EngineSettings()
        settings.limits.user.datagrams = 1
        let scene = try Scene.playing(settings)
        for _ in 0..<10 {
            scene.wait(500)
            _ = scene.ping(2)
        }
        #expect(try scene.user(2).link.missedPings == 0)
        #expect(try scene.user(2).drops[.overUserLimit] == 5)
    }

    @Test("What nobody could hear while no process listened is neither gap nor missing")
    func restart() throws {
        let scene = try Scene.playing()
        scene.wait(500)
        #expect(scene.pingArrives(2) && scene.hostPings() == .answered(2))
        scene.wait(5_000)
        _ = scene.driver.restart(now: scene.now, stored: [scene.plan])
        scene.wait(100)
        #expect(scene.pingArrives(2) && scene.hostPings() == .answered(2))
        let link = try scene.user(2).link
        #expect(link.pings == 3 && link.gaps == 0 && link.missedPings == 0)
        #expect(try scene.report().hostLink.gaps == 0)
        #expect(try scene.user(2).usage.datagramsFrom == 3)
        #expect(try scene.user(1).usage.datagramsFrom == 3)
    }

    @Test("A burst of PINGs at once is nobody's pace")
    func burst() throws {
        let scene = try Scene.playing()
        for _ in 0..<100 { #expect(scene.pingArrives(2)) }
        for _ in 0..<4 {
            scene.wait(500)
            #expect(scene.pingArrives(2))
        }
        #expect(try scene.user(2).link.missedPings == 0)
        scene.wait(1_000)
        #expect(scene.pingArrives(2))
        #expect(try scene.user(2).link.missedPings == 1)
    }

    @Test("Moves and rejoins are counted, of players and of the host")
    func moves() throws {
        let scene = try Scene.playing()
        #expect(scene.ping(2, from: Scene.place(2, 2_000)) == .answered(2))
        #expect(scene.connect(2, from: Scene.place(2, 2_000)) == 2)
        #expect(scene.hello(2, from: Scene.place(2, 3_000)) == .toHost(1 << 20, Datagrams.hello(), scene.home(1)))
        #expect(scene.hostPings(from: Scene.place(1, 4_000)) == .answered(2))
        let link = try scene.user(2).link
        #expect(link.moves == 2 && link.rejoins == 1)
        #expect(try scene.report().hostLink.moves == 1)
    }

    @Test("The host's link is told by what arrives on the server port")
    func host() throws {
        let scene = try Scene.playing()
        for interval in [500, 500, 1_500] as [UInt64] {
            scene.wait(interval)
            #expect(scene.hostPings() == .answered(2))
        }
        let link = try scene.report().hostLink
        #expect(link.pings == 4 && link.missedPings == 2 && link.gaps == 1)
    }

    @Test("What is told of the past stays in the past for weeks")
    func ages() throws {
        let scene = try Scene.playing()
        scene.wait(1_200)
        #expect(scene.pingArrives(2))
        for _ in 0..<400 {
            scene.wait(6_000_000)
            scene.driver.sweepAll(now: scene.now)
            scene.now = scene.now & ~0x03FF_FFFF | 100
            scene.now += 0x0400_0000
            scene.driver.sweepAll(now: scene.now)
        }
        let age = try #require(try scene.user(2).link.lastGapAge)
        #expect(age >= Stamp.longestAge)
    }
}

@Suite("What may be sent within a second")
struct RateLimitTests {
    private func settings(_ change: (inout RateLimits) -> Void) -> EngineSettings {
        var settings = EngineSettings()
        change(&settings.limits)
        return settings
    }

    @Test("A player's datagrams past its limit are dropped until the second is over")
    func user() throws {
        let scene = try Scene.playing(settings { $0.user.datagrams = 5 })
        for _ in 0..<4 { #expect(scene.data(2) == .toHost(2, [9], scene.home(1))) }
        #expect(scene.data(2) == .dropped(.overUserLimit))
        #expect(scene.ping(2) == .dropped(.overUserLimit))
        #expect(scene.ping(3) == .answered(2))
        scene.wait(1_000)
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
        #expect(try scene.user(2).drops == [.overUserLimit: 2])
    }

    @Test("Bytes are limited as datagrams are")
    func bytes() throws {
        let scene = try Scene.playing(settings { $0.user.bytes = 9 + 109 + 5 })
        #expect(
            scene.data(2, Array(repeating: 1, count: 100)) == .toHost(2, Array(repeating: 1, count: 100), scene.home(1))
        )
        #expect(scene.ping(2) == .dropped(.overUserLimit))
    }

    @Test("The host is held to the user's limit on the server port, apart from what it sends as a player")
    func host() throws {
        let scene = try Scene.playing(settings { $0.user.datagrams = 3 })
        #expect(scene.ping(1) == .answered(2))
        for _ in 0..<2 { #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2))) }
        #expect(scene.hostData(to: 2) == .dropped(.overUserLimit))
        #expect(scene.hostPings() == .dropped(.overUserLimit))
        #expect(scene.ping(1) == .answered(2))
        scene.wait(1_000)
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
    }

    @Test("The session's limit is for all of its users together")
    func session() throws {
        let scene = try Scene.playing(settings { $0.session.datagrams = 4 })
        #expect(scene.ping(3) == .answered(2))
        #expect(scene.data(2) == .toHost(2, [9], scene.home(1)))
        #expect(scene.ping(4) == .dropped(.overSessionLimit))
        // Players who use it up silence neither their host nor whoever takes over from it.
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.hostPings(3) == .answered(1))
        scene.wait(1_000)
        #expect(scene.ping(4) == .answered(2))
    }

    @Test("The relay's limit is for all sessions together")
    func relay() throws {
        let scene = try Scene.playing(settings { $0.worker.datagrams = 4 })
        let other = SessionPlan(
            sessionToken: 8,
            users: [UserPlan(userToken: 1, connectionID: 1)],
            rejoinIDs: Scene.rejoinIDs
        )
        try scene.driver.add(other, now: scene.now)
        #expect(scene.ping(1, session: 8, from: Scene.place(80)) == .answered(2))
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.ping(1, session: 8, from: Scene.place(80)) == .dropped(.overRelayLimit))
        #expect(scene.ping(2) == .dropped(.overRelayLimit))
        scene.wait(1_000)
        #expect(scene.ping(2) == .answered(2))
    }

    @Test("What is one too many binds nobody and refreshes nobody")
    func bindsNobody() throws {
        let scene = try Scene(settings { $0.session.datagrams = 2 })
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(3) == .answered(2))
        #expect(scene.ping(2) == .dropped(.overSessionLimit))
        #expect(try scene.user(2).endpoint == nil)
        scene.wait(700)
        #expect(scene.ping(3) == .dropped(.overSessionLimit))
        #expect(try scene.user(3).silence == 700)
    }

    @Test("A second address that asks to take over is held to the same limit, and asks only with what passes")
    func candidate() throws {
        let scene = try Scene.playing(settings { $0.user.datagrams = 3 })
        #expect(scene.ping(2, from: Scene.place(22)) == .answered(1))
        #expect(scene.ping(2, from: Scene.place(22)) == .answered(1))
        #expect(scene.ping(2, from: Scene.place(22)) == .dropped(.overUserLimit))
        #expect(try scene.user(2).usage.datagramsFrom == 3)
        scene.wait(600)
        #expect(scene.ping(2, from: Scene.place(22)) == .dropped(.overUserLimit))
        #expect(try scene.user(2).endpoint == scene.home(2))
    }

    @Test("Who asks on the server port whether it may host is held to its own limit")
    func asking() throws {
        let scene = try Scene.playing(settings { $0.user.datagrams = 3 })
        for _ in 0..<3 { #expect(scene.hostPings(3) == .answered(1)) }
        #expect(scene.hostPings(3) == .dropped(.overUserLimit))
        #expect(try scene.user(3).usage.datagramsFrom == 3)
        #expect(scene.hostPings() == .answered(2))
    }

    @Test("A user who comes back after weeks is not held to what it sent then")
    func weeksLater() throws {
        let scene = try Scene.playing(settings { $0.user.datagrams = 3 })
        for _ in 0..<2 { #expect(scene.ping(2) == .answered(2)) }
        #expect(scene.ping(2) == .dropped(.overUserLimit))
        scene.wait(30 * 86_400_000)
        #expect(scene.ping(2) != .dropped(.overUserLimit))
    }
}

extension Scene {
    /// Whatever the answer is: the host may be silent by now.
    fileprivate func pingArrives(_ user: UInt32) -> Bool {
        if case .answered = ping(user) { true } else { false }
    }

    fileprivate func report() throws -> SessionReport {
        try #require(driver.report(ofSession: Self.session, now: now))
    }

    fileprivate func user(_ token: UInt32) throws -> UserReport {
        try #require(try report().users.first { $0.userToken == token })
    }
}
