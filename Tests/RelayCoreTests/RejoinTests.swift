import RelayCore
import TestSupport
import Testing

/// An id belongs to one game connection: what comes back with a fresh one gets another id, and nothing else does.
@Suite("Rejoins")
struct RejoinTests {
    private static let first = Scene.rejoinIDs.lowerBound

    @Test("A fresh hello from another endpoint gets a new id where the old one was used; its repetition keeps that id")
    func rejoin() throws {
        let scene = try Scene.playing()
        let elsewhere = Scene.place(2, 1_001)
        #expect(scene.connect(2) == 2)
        #expect(scene.hello(2, from: elsewhere) == .toHost(Self.first, Datagrams.hello(), scene.home(1)))
        #expect(scene.hello(2, from: elsewhere) == .toHost(Self.first, Datagrams.hello(), scene.home(1)))
        #expect(scene.hostData(to: 2) == .dropped(.retiredConnectionID))
        #expect(scene.hostData(to: Self.first) == .toClient([8], elsewhere))
        #expect(scene.driver.counters[.rejoins] == 1)
        #expect(
            scene.driver.events.last
                == .connectionIDGiven(sessionToken: Scene.session, userToken: 2, connectionID: Self.first)
        )
    }

    @Test("Until a cookie passes under an id, hellos from wherever are repetitions: the id stays")
    func beforeTheCookie() throws {
        let scene = try Scene.playing()
        #expect(scene.hello(2) == .toHost(2, Datagrams.hello(), scene.home(1)))
        #expect(scene.hello(2, from: Scene.place(2, 1_001)) == .toHost(2, Datagrams.hello(), scene.home(1)))
        #expect(scene.data(2, Datagrams.freshPing(), from: Scene.place(2, 1_002)) != .held)
        #expect(scene.driver.counters[.rejoins] == 0)
        #expect(scene.ping(2) == .answered(2), "and nobody is retired")
    }

    @Test("An unreliable datagram with a cookie uses an id up too, and nothing without a whole cookie does")
    func whatUsesUp() throws {
        let almost: [[UInt8]] = [
            Array(Datagrams.unreliable().prefix(5)), [3] + Datagrams.unreliable().dropFirst(), [2, 0, 0, 0, 0, 9, 9],
        ]
        for (payload, isUsedUp) in [(Datagrams.unreliable(), true)] + almost.map({ ($0, false) }) {
            let scene = try Scene.playing()
            #expect(scene.data(2, payload) == .toHost(2, payload, scene.home(1)))
            let expected: Int32 = isUsedUp ? Self.first : 2
            #expect(
                scene.hello(2, from: Scene.place(2, 9)) == .toHost(expected, Datagrams.hello(), scene.home(1)),
                "\(payload)"
            )
        }
    }

    @Test(
        "A fresh client's ping that arrives before its hello gets the new id, and the hello goes after it under that id"
    )
    func pingBeforeHello() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        let elsewhere = Scene.place(2, 1_001)
        let ping = Datagrams.freshPing()
        #expect(scene.data(2, ping, from: elsewhere) == .toHost(Self.first, ping, scene.home(1)))
        #expect(scene.hello(2, from: elsewhere) == .toHost(Self.first, Datagrams.hello(), scene.home(1)))
        #expect(scene.hello(2, from: elsewhere) == .toHost(Self.first, Datagrams.hello(), scene.home(1)))
    }

    @Test("A player that comes back after the user timeout with a fresh connection gets a new id, from wherever")
    func afterUserTimeout() throws {
        for (place, sweeps) in [(Scene.place(88), true), (Scene.place(2), true), (Scene.place(2), false)] {
            let scene = try Scene.playing()
            #expect(scene.connect(2) == 2)
            scene.wait(30_000)
            if sweeps { scene.driver.sweepAll(now: scene.now) }
            let expected = Effect.toHost(Self.first, Datagrams.hello(), scene.home(1))
            #expect(scene.hello(2, from: place) == expected)
        }
    }

    @Test("A hello from the same endpoint gets a new id when it was silent for 100 ms, retires nothing, and only once")
    func sameEndpoint() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        scene.wait(99)
        #expect(scene.hello(2) == .toHost(2, Datagrams.hello(), scene.home(1)), "late, or a copy")
        scene.wait(100)
        #expect(scene.hello(2) == .toHost(Self.first, Datagrams.hello(mark: 0), scene.home(1)))
        scene.wait(300)
        #expect(scene.hello(2) == .toHost(Self.first, Datagrams.hello(), scene.home(1)), "a retransmission")
        #expect(scene.data(2, Datagrams.reliable()) == .toHost(Self.first, Datagrams.reliable(), scene.home(1)))
        #expect(scene.driver.counters[.rejoins] == 1)
    }

    @Test("A late or repeated hello between a living connection's datagrams changes nothing")
    func lateHello() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        for _ in 0..<200 {
            scene.wait(33)
            #expect(scene.data(2, Datagrams.reliable()) == .toHost(2, Datagrams.reliable(), scene.home(1)))
            scene.wait(20)
            #expect(scene.hello(2) == .toHost(2, Datagrams.hello(), scene.home(1)))
        }
        #expect(scene.driver.counters[.rejoins] == 0)
    }

    @Test("From the same endpoint only a hello and nothing else will do", arguments: 0..<30)
    func exactHello(index: Int) throws {
        // Window and timestamp vary; everything else is the same in every hello.
        let varies = (11...16).contains(index)
        for bit in 0..<8 {
            let scene = try Scene.playing()
            #expect(scene.connect(2) == 2)
            scene.wait(500)
            var payload = Datagrams.hello()
            payload[index] ^= 1 << UInt8(bit)
            let expected: Int32 = varies ? Self.first : 2
            #expect(scene.data(2, payload) == .toHost(expected, payload, scene.home(1)), "byte \(index), bit \(bit)")
        }
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        scene.wait(500)
        #expect(scene.data(2, Datagrams.hello(length: 31)) == .toHost(2, Datagrams.hello(length: 31), scene.home(1)))
    }

    @Test("The endpoint that a rejoin replaced is ignored for 10 s, its PINGs told Checking")
    func retiredEndpoint() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        #expect(scene.hello(2, from: Scene.place(2, 1_001)) != .held)
        scene.wait(9_999)
        #expect(scene.data(2, Datagrams.reliable()) == .dropped(.retiredEndpoint))
        #expect(scene.ping(2) == .answered(1))
        scene.wait(1)
        #expect(scene.ping(2) == .answered(2))
    }

    @Test("So is one that an earlier rejoin replaced, and the user timeout changes nothing of it")
    func severalRetired() throws {
        var settings = EngineSettings()
        settings.userTimeout = 5_000
        let scene = try Scene.playing(settings)
        #expect(scene.connect(2) == 2)
        for port in UInt16(2_000)..<2_003 { #expect(scene.connect(2, from: Scene.place(2, port)) != nil) }
        scene.wait(9_999)
        scene.driver.sweepAll(now: scene.now)
        for port in [1_000, 2_000, 2_001] as [UInt16] {
            #expect(scene.data(2, from: Scene.place(2, port)) == .dropped(.retiredEndpoint))
        }
    }

    @Test("A hello is never ignored: a second crash may come back on the first port")
    func backOnTheFirstPort() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        #expect(scene.connect(2, from: Scene.place(2, 1_001)) == Self.first)
        scene.wait(500)
        #expect(scene.connect(2) == Self.first + 1)
        #expect(scene.data(2, from: Scene.place(2, 1_001)) == .dropped(.retiredEndpoint))
    }

    @Test("An endpoint that a rejoin from another address replaced is not ignored: it may take its place back")
    func notRetiredAcrossAddresses() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        scene.wait(2_000)
        let elsewhere = Scene.place(90)
        #expect(scene.connect(2, from: elsewhere) == Self.first)
        #expect(scene.data(2, Datagrams.reliable()) == .held)
    }

    @Test("A waiting hello that is let go by a PING takes a new id")
    func waitingHello() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        scene.wait(1_000)
        #expect(scene.hello(2, from: Scene.place(90)) == .held)
        scene.wait(1_000)
        #expect(scene.ping(2, from: Scene.place(90)) == .answered(2))
        let id = Datagrams.littleEndian(UInt32(Self.first))
        #expect(scene.released.map(\.bytes) == [[2] + id + Datagrams.hello()])
    }

    @Test("Twelve new ids at once and one more each 15 s; beyond that fresh packets from elsewhere bind nothing")
    func budget() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        for index in 0..<12 {
            #expect(scene.connect(2, from: Scene.place(2, 2_000 + UInt16(index))) == Self.first + Int32(index))
        }
        let last = Scene.place(2, 2_011)
        scene.wait(14_999)
        #expect(scene.ping(2, from: last) == .answered(2))
        #expect(scene.hello(2, from: Scene.place(2, 3_000)) == .dropped(.rejoinTooSoon))
        #expect(scene.data(2, Datagrams.freshPing(), from: Scene.place(70)) == .dropped(.rejoinTooSoon))
        #expect(scene.hostData(to: Self.first + 11) == .toClient([8], last), "nothing was bound")
        #expect(scene.driver.counters[.heldNow] == 0, "and nothing waits")
        scene.wait(1)
        #expect(scene.connect(2, from: Scene.place(2, 3_000)) == Self.first + 12)
        #expect(scene.hello(2, from: Scene.place(2, 3_001)) == .dropped(.rejoinTooSoon))
        #expect(scene.data(2, Datagrams.reliable(), from: Scene.place(2, 3_001)) != .dropped(.rejoinTooSoon))
    }

    @Test("When the range is used up users keep their ids")
    func exhausted() throws {
        let ids: Range<Int32> = 1 << 20..<(1 << 20) + 3
        let scene = try Scene(rejoinIDs: ids)
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.connect(2) == 2)
        for id in ids { #expect(scene.connect(2, from: Scene.place(2, UInt16(id & 7) + 2_000)) == id) }
        #expect(scene.connect(2, from: Scene.place(2, 4_000)) == ids.upperBound - 1)
        #expect(scene.driver.counters[.rejoins] == UInt64(ids.count))
    }

    @Test("Switched off, a hello moves like any other DATA")
    func switchedOff() throws {
        var settings = EngineSettings()
        settings.givesRejoinIDs = false
        let scene = try Scene.playing(settings)
        #expect(scene.connect(2) == 2)
        #expect(scene.connect(2, from: Scene.place(2, 1_001)) == 2)
        scene.wait(500)
        #expect(scene.hello(2, from: Scene.place(2, 1_001)) == .toHost(2, Datagrams.hello(), scene.home(1)))
        #expect(scene.ping(2) == .answered(2), "and nothing is retired")
    }

    @Test(
        "Ten crashes in a row, 0.2 to 5 s apart, from new ports and from the same: the first hello gets through each time"
    )
    func tenCrashes() throws {
        for seed in UInt64(1)...40 {
            var random = SeededRandom(seed: seed)
            let scene = try Scene.playing()
            var place = scene.home(2)
            var last = try #require(scene.connect(2))
            for crash in 0..<10 {
                // It plays on for a moment, with the ping that kcp2k sends and the relay's own, and dies.
                for _ in 0..<Int.random(in: 0...20, using: &random) {
                    scene.wait(33)
                    #expect(scene.data(2, Datagrams.reliable(), from: place) != .held)
                    #expect(scene.hostPings() == .answered(2))
                }
                scene.wait(UInt64.random(in: 200...5_000, using: &random))
                let isElsewhere = Int.random(in: 0..<3, using: &random) > 0
                if isElsewhere { place = Scene.place(2, 2_000 + UInt16(crash)) }
                // Now and then the fresh client's ping is the first that arrives.
                if isElsewhere, Int.random(in: 0..<4, using: &random) == 0 {
                    _ = scene.data(2, Datagrams.freshPing(), from: place)
                }
                let id = scene.connect(2, from: place)
                #expect(id != nil && id != last, "crash \(crash) of seed \(seed): \(String(describing: id))")
                last = id ?? last
            }
        }
    }

    @Test("Restored without tables, every user of a used session counts as used up: a fresh connection gets a new id")
    func coldRestart() throws {
        for wasUsed in [true, false] {
            let scene = try Scene(hostUserToken: 1, wasUsed: wasUsed)
            #expect(scene.hostPings() == .answered(2))
            let id = wasUsed ? Self.first : 2
            #expect(scene.hello(2, from: Scene.place(2, 3_000)) == .toHost(id, Datagrams.hello(), scene.home(1)))
            let cookie = Datagrams.reliable()
            #expect(scene.data(3, cookie) == .toHost(3, cookie, scene.home(1)), "who lives on keeps its id")
        }
    }

    @Test(
        "A restart with the tables keeps who is where, which ids are used up, and what rejoins have used of the budget"
    )
    func hotRestart() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        for index in 0..<12 { #expect(scene.connect(2, from: Scene.place(2, 2_000 + UInt16(index))) != nil) }
        var plan = scene.plan
        plan.hostUserToken = 1
        plan.wasUsed = true
        scene.driver.events = []
        scene.driver.restart(now: scene.now, stored: [plan])
        let given = PlaneEvent.connectionIDGiven(
            sessionToken: Scene.session,
            userToken: 2,
            connectionID: Self.first + 11
        )
        #expect(scene.driver.events.contains(given), "the database did not know of it")
        #expect(scene.data(2, from: Scene.place(2, 2_010)) == .dropped(.retiredEndpoint))
        #expect(scene.hello(2, from: Scene.place(2, 4_000)) == .dropped(.rejoinTooSoon))
        #expect(scene.connect(3) == 3, "never used")
    }

    @Test("Where tables and database differ, the higher id is the user's")
    func higherWins() throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        #expect(scene.connect(2, from: Scene.place(2, 1_001)) == Self.first)
        for stored in [Int32(2), Self.first + 5] {
            var plan = scene.plan
            plan.users[1].connectionID = stored
            plan.wasUsed = true
            scene.driver.restart(now: scene.now, stored: [plan])
            let id = max(stored, Self.first)
            #expect(scene.hostData(to: id) == .toClient([8], Scene.place(2, 1_001)))
        }
        #expect(scene.connect(2, from: Scene.place(2, 1_002)) == Self.first + 6, "none is given twice")
    }

    @Test("A user restored under a rejoin's id keeps it, and its number is still known as given out")
    func restoredID() throws {
        let driver = EngineDriver()
        let users = [
            UserPlan(userToken: 1, connectionID: 1), UserPlan(userToken: 2, connectionID: 1 << 20, number: 2),
        ]
        try driver.add(
            SessionPlan(sessionToken: 7, users: users, hostUserToken: 1, rejoinIDs: 2 << 20..<3 << 20, wasUsed: true),
            now: 5
        )
        func hostSends(to id: Int32) -> Outcome {
            let bytes = Datagrams.hostData(user: 1, session: 7, to: id, [8])
            let arrival = Arrival(source: Scene.place(1), local: LocalAddress(), role: .server, pair: 0, now: 5)
            return driver.step(bytes, arrival)
        }
        let arrival = Arrival(source: Scene.place(2), local: LocalAddress(), role: .client, pair: 0, now: 5)
        _ = driver.step(Datagrams.ping(user: 2, session: 7), arrival)
        #expect(hostSends(to: 1 << 20).sent.map(\.target) == [Scene.place(2)])
        #expect(hostSends(to: 2).sent.isEmpty)
        #expect(driver.counters.drops[.retiredConnectionID] == 1)
    }
}
