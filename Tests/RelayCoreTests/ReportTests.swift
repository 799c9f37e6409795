import RelayCore
import TestSupport
import Testing

@Suite("What a worker tells of a session")
struct ReportTests {
    @Test("Nobody's session has no report")
    func unknown() throws {
        let scene = try Scene()
        #expect(scene.driver.report(ofSession: 99, now: scene.now) == nil)
    }

    @Test("A session that nobody used has users that were never heard")
    func fresh() throws {
        let scene = try Scene()
        scene.wait(500)
        let report = try scene.report()
        #expect(!report.wasUsed)
        #expect(report.silence == 500)
        #expect(report.hostUserToken == nil && report.hostEndpoint == nil && report.hostSilence == nil)
        #expect(report.users.map(\.userToken).sorted() == [1, 2, 3, 4])
        #expect(report.users.map(\.connectionID).sorted() == [1, 2, 3, 4])
        #expect(report.users.allSatisfy { $0.endpoint == nil && $0.silence == nil && $0.moves == 0 })
    }

    @Test("Host and players are told with where and when they were heard")
    func playing() throws {
        let scene = try Scene.playing()
        scene.wait(700)
        let report = try scene.report()
        #expect(report.wasUsed)
        #expect(report.hostUserToken == 1)
        #expect(report.hostEndpoint == scene.home(1))
        #expect(report.hostSilence == 700)
        let player = try #require(report.users.first { $0.userToken == 2 })
        #expect(player.endpoint == scene.home(2))
        #expect(player.silence == 700)
    }

    @Test("Past the user timeout the address is gone and the silence is still told", arguments: [false, true])
    func timedOut(isSwept: Bool) throws {
        let scene = try Scene.playing()
        scene.wait(30_000)
        if isSwept { scene.driver.sweepAll(now: scene.now) }
        let player = try #require(try scene.report().users.first { $0.userToken == 2 })
        #expect(player.endpoint == nil)
        #expect(player.silence == 30_000)
    }

    @Test("A silence longer than a stamp can tell is never taken for a short one")
    func ages() throws {
        let scene = try Scene.playing()
        scene.wait(30_000)
        scene.driver.sweepAll(now: scene.now)
        scene.wait(30 * 86_400_000)
        let player = try #require(try scene.report().users.first { $0.userToken == 2 })
        #expect(player.silence == Stamp.longestAge)
    }

    @Test("Moves count for a minute")
    func moves() throws {
        let scene = try Scene.playing()
        #expect(scene.ping(2, from: Scene.place(2, 2_000)) == .answered(2))
        #expect(try scene.report().users.first { $0.userToken == 2 }?.moves == 1)
        scene.play(60_000, step: 1_000)
        #expect(try scene.report().users.first { $0.userToken == 2 }?.moves == 0)
    }

    @Test("A player on another network is a candidate for 2 s after it asked")
    func candidate() throws {
        let scene = try Scene.playing()
        #expect(scene.ping(2, from: Scene.place(22)) == .answered(1))
        #expect(try scene.report().users.first { $0.userToken == 2 }?.hasCandidate == true)
        scene.wait(2_000)
        #expect(try scene.report().users.first { $0.userToken == 2 }?.hasCandidate == false)
    }

    @Test("Wrong user tokens and waiting joiners are counted")
    func wrongAndHeld() throws {
        let scene = try Scene()
        #expect(try scene.report().wrongUsersAge == nil)
        #expect(scene.data(2) == .held)
        #expect(scene.ping(77) == .refused(.unknownUser))
        scene.wait(100)
        let report = try scene.report()
        #expect(report.heldDatagrams == 1)
        #expect(report.wrongUsers == 1)
        #expect(report.wrongUsersAge == 100)
    }

    @Test("A host known from before a restart has no address yet; a revoked one is no host")
    func hosts() throws {
        let scene = try Scene(hostUserToken: 1, wasUsed: true)
        scene.wait(300)
        let report = try scene.report()
        #expect(report.hostUserToken == 1 && report.hostEndpoint == nil && report.hostSilence == 300)
        scene.revoke(1)
        #expect(try scene.report().hostUserToken == nil)
        #expect(try scene.report().users.count == 3)
    }

    @Test("Who is to host and never came is no host yet")
    func namedHost() throws {
        let scene = try Scene(hostUserToken: 1)
        #expect(try scene.report().hostUserToken == nil)
        #expect(scene.hostPings() == .answered(2))
        #expect(try scene.report().hostUserToken == 1)
    }
}

extension Scene {
    fileprivate func report() throws -> SessionReport {
        try #require(driver.report(ofSession: Self.session, now: now))
    }
}
