import RelayCore
import TestSupport
import Testing

/// A thief who knows a user's token, against a player or a host that pings every 500 ± 50 ms over a network that loses datagrams.
@Suite("Theft of a token", .timeLimit(.minutes(5)))
struct TheftTests {
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var role: PortRole
        /// Milliseconds between the thief's datagrams.
        var interval: UInt64
        /// Where the thief sends from, in turns of three seconds.
        var places: [PeerEndpoint]
        var sendsHellos = false
        var loss: Double
        var description: String { name }
    }

    private static let minutes: UInt64 = 5
    private static let seeds: ClosedRange<UInt64> = 1...12
    private static let elsewhere = [Scene.place(99)]

    private static let cases: [Case] =
        [PortRole.client, .server].flatMap { role in
            [
                Case(name: "\(role), PINGs", role: role, interval: 100, places: elsewhere, loss: 0.01),
                Case(name: "\(role), 505 ms", role: role, interval: 505, places: elsewhere, loss: 0.03),
                Case(
                    name: "\(role), two addresses",
                    role: role,
                    interval: 100,
                    places: [Scene.place(99), Scene.place(98)],
                    loss: 0.03
                ),
            ]
        } + [
            Case(
                name: "client, fresh connections",
                role: .client,
                interval: 100,
                places: elsewhere,
                sendsHellos: true,
                loss: 0.03
            )
        ]

    /// How long the thief held the place, in all and at the longest, in milliseconds.
    private struct Loot {
        var total: UInt64 = 0
        var longest: UInt64 = 0
        private var since: UInt64?

        mutating func note(isStolen: Bool, at now: UInt64) {
            if isStolen {
                if since == nil { since = now }
            } else if let start = since {
                total += now - start
                longest = max(longest, now - start)
                since = nil
            }
        }
    }

    /// A link that loses datagrams one by one, in bursts, and all of them for a while now and then.
    private struct Link {
        var random: SeededRandom
        var loss: Double
        private var isBad = false
        private var stallEnd: UInt64 = 0

        init(seed: UInt64, loss: Double) {
            random = SeededRandom(seed: seed)
            self.loss = loss
        }

        mutating func delivers(at now: UInt64) -> Bool {
            if Double.random(in: 0..<1, using: &random) < 0.004 {
                stallEnd = now + UInt64.random(in: 500...4_000, using: &random)
            }
            if Double.random(in: 0..<1, using: &random) < (isBad ? 0.4 : 0.01) { isBad.toggle() }
            return now >= stallEnd && Double.random(in: 0..<1, using: &random) >= (isBad ? 0.3 : loss)
        }
    }

    private func run(_ theft: Case, seed: UInt64) throws -> (loot: Loot, scene: Scene) {
        let scene = try Scene.playing()
        let user: UInt32 = theft.role == .client ? 2 : 1
        if theft.role == .client { #expect(scene.connect(2) == 2) }
        let home = scene.home(user)
        var link = Link(seed: seed, loss: theft.loss)
        var loot = Loot()
        let start = scene.now
        let end = start + Self.minutes * 60_000
        var (nextPing, nextTheft, nextHost) = (start + 500, start + 7, start)
        func holder() throws -> PeerEndpoint? {
            let report = try #require(scene.driver.report(ofSession: Scene.session, now: scene.now))
            return theft.role == .server ? report.hostEndpoint : report.users.first { $0.userToken == user }?.endpoint
        }
        func send(_ bytes: [UInt8], _ place: PeerEndpoint, _ role: PortRole) {
            _ = scene.driver.step(
                bytes,
                Arrival(source: place, local: LocalAddress(), role: role, pair: 0, now: scene.now)
            )
        }
        let ping = Datagrams.ping(user: user, session: Scene.session)
        let hello = Datagrams.clientData(user: user, session: Scene.session, Datagrams.hello())
        let cookie = Datagrams.clientData(user: user, session: Scene.session, Datagrams.reliable())
        while scene.now < end {
            scene.now = min(nextPing, nextTheft, nextHost)
            if scene.now == nextHost, theft.role == .client {
                send(Datagrams.ping(user: 1, session: Scene.session), scene.home(1), .server)
            }
            if scene.now == nextHost { nextHost += 1_000 }
            if scene.now == nextPing {
                if link.delivers(at: scene.now) { send(ping, home, theft.role) }
                nextPing += UInt64.random(in: 450...550, using: &link.random)
            }
            if scene.now == nextTheft {
                let place = theft.places[Int((scene.now - start) / 3_000) % theft.places.count]
                if theft.sendsHellos {
                    send(hello, place, theft.role)
                    send(cookie, place, theft.role)
                } else {
                    send(ping, place, theft.role)
                }
                nextTheft += theft.interval
            }
            loot.note(isStolen: try holder() != home, at: scene.now)
        }
        // The thief stops, and the player plays on.
        for _ in 0..<4 {
            scene.now += 500
            send(ping, home, theft.role)
        }
        loot.note(isStolen: try holder() != home, at: scene.now)
        return (loot, scene)
    }

    @Test("From another address a thief holds the place a few percent of the time and a few seconds", arguments: cases)
    func share(theft: Case) throws {
        var total: UInt64 = 0
        var longest: UInt64 = 0
        for seed in Self.seeds {
            let (loot, scene) = try run(theft, seed: seed)
            total += loot.total
            longest = max(longest, loot.longest)
            // Whoever was robbed is back under the id that its game connection has.
            if theft.role == .client { #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)), "seed \(seed)") }
        }
        let share = Double(total) / Double(UInt64(Self.seeds.count) * Self.minutes * 60_000)
        #expect(share <= 0.05, "\(theft): \(share * 100) % of the time")
        #expect(longest <= 7_000, "\(theft): \(longest) ms at the longest")
    }

    @Test("Without loss a thief holds nothing", arguments: [PortRole.client, .server])
    func withoutLoss(role: PortRole) throws {
        let scene = try Scene.playing()
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            for _ in 0..<5 {
                scene.wait(UInt64.random(in: 90...110, using: &random))
                let thief = Scene.place(99)
                #expect((role == .client ? scene.ping(2, from: thief) : scene.hostPings(from: thief)) == .answered(1))
            }
            #expect(scene.ping(2) == .answered(2))
            #expect(scene.hostPings() == .answered(2))
        }
    }

    @Test(
        "On the same address, where a NAT may change a port at any time, the player is back with each of its datagrams"
    )
    func sameAddress() throws {
        let scene = try Scene.playing()
        for _ in 0..<200 {
            for _ in 0..<5 {
                scene.wait(100)
                #expect(scene.ping(2, from: Scene.place(2, 6_666)) == .answered(2))
                #expect(scene.hostPings(from: Scene.place(1, 6_666)) == .answered(2))
            }
            #expect(scene.ping(2) == .answered(2))
            #expect(scene.hostPings() == .answered(2))
            #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        }
    }
}
