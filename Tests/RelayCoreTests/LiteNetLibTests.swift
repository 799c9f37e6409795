import RelayCore
import TestSupport
import Testing

/// FishNet's older transport: it asks first, sends DATA only once it was told Valid, and stops itself for good when it is told
/// Invalid, SessionTimeout, Error or Disconnected. Nothing that passes may tell it any of these.
private final class LiteNetLibPlayer {
    let scene: Scene
    let user: UInt32
    let role: PortRole
    var place: PeerEndpoint
    private(set) var isValid = false
    /// What ended it.
    private(set) var end: UInt8?

    init(_ scene: Scene, _ user: UInt32, _ role: PortRole = .client) {
        self.scene = scene
        self.user = user
        self.role = role
        place = scene.home(user)
    }

    /// What it does every half second.
    func tick() {
        guard end == nil else { return }
        let ping =
            role == .client ? scene.ping(user, from: place) : scene.hostPings(user, from: place)
        switch ping {
        case .answered(1): isValid = false
        case .answered(2): isValid = true
        case .answered(let state): end = state
        case .refused: end = 3
        default: break
        }
        if !isValid {
            // Its own discovery, before it is connected: eight bytes without a type.
            _ = scene.send([17, 0, 0, 0, 9, 9, 9, 9], place, role)
        } else if role == .client {
            _ = scene.data(user, [0x11, 1, 2, 3, 4, 5, 6, 7], from: place)
        } else {
            _ = scene.hostData(user, to: 2, [0x11, 1], from: place)
        }
    }
}

@Suite("LiteNetLib's transport")
struct LiteNetLibTests {
    private let scene: Scene
    private let host: LiteNetLibPlayer
    private let player: LiteNetLibPlayer

    init() throws {
        scene = try Scene()
        host = LiteNetLibPlayer(scene, 1, .server)
        player = LiteNetLibPlayer(scene, 2)
    }

    private func play(_ ticks: Int, host isHosting: Bool = true, player isPlaying: Bool = true) {
        for _ in 0..<ticks {
            scene.wait(500)
            if isHosting { host.tick() }
            if isPlaying { player.tick() }
            scene.driver.sweepAll(now: scene.now)
        }
    }

    private func expectBothPlay(_ moment: Comment) {
        #expect(host.end == nil && player.end == nil, moment)
        #expect(host.isValid && player.isValid, moment)
        #expect(scene.data(2, [0x11], from: player.place) == .toHost(2, [0x11], host.place), moment)
    }

    private var plan: SessionPlan {
        var plan = scene.plan
        plan.hostUserToken = 1
        plan.wasUsed = true
        return plan
    }

    @Test("A player that is there before its host is told Valid and goes on when the host comes")
    func beforeTheHost() {
        play(20, host: false)
        play(2)
        expectBothPlay("the host came")
    }

    @Test("Restarts, with the tables and without")
    func restarts() {
        play(4)
        scene.driver.restart(now: scene.now, stored: [plan])
        play(2)
        expectBothPlay("with the tables")
        scene.driver.restartCold(now: scene.now, stored: [plan])
        play(2)
        expectBothPlay("without")
        // The player is back long before its host.
        scene.driver.restartCold(now: scene.now, stored: [plan])
        play(36, host: false)
        play(2)
        expectBothPlay("the host was away for 18 s")
    }

    @Test("Another port, another address beside the living one and after it, an address that comes and goes")
    func roaming() {
        play(4)
        player.place = Scene.place(2, 7_000)
        host.place = Scene.place(1, 7_000)
        play(2)
        expectBothPlay("another port")
        for last in [UInt8(80), 81, 80] {
            player.place = Scene.place(last)
            host.place = Scene.place(last + 10)
            play(6)
            expectBothPlay("another address")
        }
    }

    @Test("A thief beside it, who takes the place in a gap")
    func theft() {
        play(4)
        let thief = LiteNetLibPlayer(scene, 2)
        thief.place = Scene.place(99)
        for gap in 0..<30 {
            for _ in 0..<12 {
                thief.tick()
                play(1)
            }
            for _ in 0..<(gap % 12) {
                thief.tick()
                play(1, player: false)
            }
            play(4)
        }
        #expect(player.end == nil && player.isValid)
        #expect(thief.end == nil, "nor is a second device of the same player")
    }

    @Test("A session flooded with wrong tokens, and neighbours who send them")
    func flood() {
        play(4)
        for round in 0..<20 {
            for guess in UInt32(0)..<300 {
                _ = scene.ping(1_000 + UInt32(round) * 300 + guess, from: Scene.place(200, UInt16(guess + 1)))
            }
            player.place = Scene.place(2, 3_000 + UInt16(round))
            play(1)
        }
        play(12)
        expectBothPlay("the flood is over")
    }

    @Test("Another user takes over from a host that is gone: a player is told nothing in between")
    func takeover() {
        play(4)
        let next = LiteNetLibPlayer(scene, 3, .server)
        for _ in 0..<39 {
            play(1, host: false)
            next.tick()
        }
        #expect(next.isValid && next.end == nil)
        #expect(player.isValid && player.end == nil)
        #expect(scene.data(2, [0x11]) == .toHost(2, [0x11], next.place))
        // The former host is back and waits.
        play(4)
        #expect(host.end == nil && !host.isValid)
    }

    @Test(
        "Eight bytes without a type have no effect at all, from wherever they come",
        arguments: [PortRole.client, .server]
    )
    func eightBytes(role: PortRole) throws {
        play(2)
        let before = try #require(scene.driver.report(ofSession: Scene.session, now: scene.now))
        for place in [player.place, host.place, Scene.place(77)] {
            #expect(scene.send([17, 0, 0, 0, 9, 9, 9, 9], place, role) == .dropped(.tooShort))
            let tokens = Array(Datagrams.ping(user: 2, session: Scene.session).prefix(8))
            #expect(scene.send(tokens, place, role) == .dropped(.tooShort))
        }
        #expect(scene.driver.report(ofSession: Scene.session, now: scene.now) == before)
        scene.wait(30_000)
        #expect(scene.send([17, 0, 0, 0, 9, 9, 9, 9], player.place, role) == .dropped(.tooShort))
        #expect(scene.hostData(to: 2) == .dropped(.noAddress), "it was not heard")
    }

    @Test("What is really over is told: a revoked user, a session that ended, a host that is gone for good")
    func whatIsOver() {
        play(4)
        scene.revoke(2)
        play(2)
        #expect(player.end == 3)
    }
}
