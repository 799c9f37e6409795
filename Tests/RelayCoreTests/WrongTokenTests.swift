import RelayCore
import TestSupport
import Testing

/// The answers to wrong tokens. What is counted as a guess: `GuessBudgetTests`.
@Suite("Wrong tokens")
struct WrongTokenTests {
    @Test(
        "An unknown session, a wrong user and a revoked one get the same answer, to PINGs and to DATA; only counters differ"
    )
    func sameAnswer() throws {
        let scene = try Scene.playing()
        scene.revoke(4)
        #expect(scene.ping(2, session: 1_234, from: Scene.place(60)) == .refused(.unknownSession))
        #expect(scene.ping(99, from: Scene.place(61)) == .refused(.unknownUser))
        #expect(scene.ping(4, from: Scene.place(62)) == .refused(.revoked))
        #expect(scene.data(2, session: 1_234, from: Scene.place(63)) == .refused(.unknownSession))
        #expect(scene.data(99, from: Scene.place(64)) == .refused(.unknownUser))
        #expect(scene.data(4, from: Scene.place(65)) == .refused(.revoked))
        #expect(scene.hostData(99, to: 2, from: Scene.place(66)) == .refused(.unknownUser))
        #expect(scene.driver.counters[.invalidReplies] == 7)
    }

    @Test("A joiner that sends nothing but DATA with a wrong token is told Invalid once a second, in two bytes")
    func joinerWithWrongToken() throws {
        let scene = try Scene.playing()
        let place = Scene.place(60)
        for second in 0..<10 {
            let replies = (0..<5).map { _ in
                scene.wait(200)
                return scene.hello(99, from: place)
            }
            #expect(replies.filter { $0 == .refused(.unknownUser) }.count == 1, "in second \(second)")
            #expect(replies.allSatisfy { $0 == .refused(.unknownUser) || $0 == .dropped(.unknownUser) })
        }
        #expect(scene.driver.counters[.invalidReplies] == 10)
    }

    @Test("Revoked pairs are known as such for ten minutes, swept or not")
    func departedLifetime() throws {
        for isSwept in [true, false] {
            let scene = try Scene()
            scene.revoke(4)
            scene.wait(599_999)
            if isSwept { scene.driver.sweepAll(now: scene.now) }
            #expect(scene.data(4) == .refused(.revoked))
            scene.wait(1_000)
            if isSwept { scene.driver.sweepAll(now: scene.now) }
            #expect(scene.data(4) == .refused(.unknownUser))
        }
    }

    @Test("One answer a second and endpoint, counted from the last; another endpoint of the same address has its own")
    func answerPerEndpoint() throws {
        let scene = try Scene()
        #expect(scene.ping(99, from: Scene.place(60)) == .refused(.unknownUser))
        #expect(scene.data(98, from: Scene.place(60)) == .dropped(.unknownUser), "whatever the tokens")
        #expect(scene.ping(99, from: Scene.place(60, 9)) == .refused(.unknownUser))
        scene.wait(999)
        #expect(scene.ping(99, from: Scene.place(60)) == .dropped(.unknownUser))
        #expect(scene.ping(99, from: Scene.place(61)) == .refused(.unknownUser))
        scene.wait(1)
        #expect(scene.ping(99, from: Scene.place(60)) == .refused(.unknownUser))
    }

    @Test("Twelve endpoints of one address are answered within a second, and the next ones when that is over")
    func answersPerSource() throws {
        let scene = try Scene()
        for port in UInt16(1)...12 { #expect(scene.ping(99, from: Scene.place(60, port)) == .refused(.unknownUser)) }
        #expect(scene.ping(99, from: Scene.place(60, 13)) == .dropped(.unknownUser))
        scene.wait(1_000)
        #expect(scene.ping(99, from: Scene.place(60, 13)) == .refused(.unknownUser))
    }

    @Test("So many answers a second in all")
    func answersInAll() throws {
        var guesses = GuessLedger.Settings()
        guesses.answersPerSecond = 3
        let scene = try Scene(guesses: guesses)
        for last in UInt8(60)..<63 { #expect(scene.ping(99, from: Scene.place(last)) == .refused(.unknownUser)) }
        #expect(scene.ping(99, from: Scene.place(63)) == .dropped(.unknownUser))
        scene.wait(1_000)
        #expect(scene.ping(99, from: Scene.place(63)) == .refused(.unknownUser))
    }

    @Test("Budgets beyond what a cell can count are cut, not wrapped")
    func hugeBudgets() throws {
        var guesses = GuessLedger.Settings()
        guesses.answersPerSecond = 1_000_000
        guesses.guessesPerMinute = 1_000_000
        let scene = try Scene(guesses: guesses)
        for number in UInt32(0)..<65_600 {
            let source = Scene.endpoint([11, UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)], 5)
            let effect = scene.ping(99, from: source)
            #expect(effect == (number < 65_535 ? .refused(.unknownUser) : .dropped(.unknownUser)))
        }
        scene.wait(10_000)
        // A few more: one of so many may look like one of the 32 before it.
        for guess in UInt32(0)..<65_600 { _ = scene.data(1_000 + guess, from: Scene.place(60)) }
        #expect(scene.data(9, from: Scene.place(60)) == .dropped(.guessBudget))
    }

    @Test("The switch silences every answer")
    func switchedOff() throws {
        var guesses = GuessLedger.Settings()
        guesses.answers = false
        let scene = try Scene(guesses: guesses)
        #expect(scene.ping(2) == .answered(2))
        scene.revoke(2)
        #expect(scene.ping(99, from: Scene.place(60)) == .dropped(.unknownUser))
        #expect(scene.ping(2) == .dropped(.revoked))
        #expect(scene.data(2) == .dropped(.revoked))
    }

    @Test("Whatever is wrong, an endpoint that is bound to a live user is never told Invalid")
    func boundEndpoint() throws {
        let scene = try Scene.playing()
        scene.revoke(4)
        for source in [scene.home(2), scene.home(1)] {
            #expect(scene.ping(99, from: source) == .dropped(.unknownUser))
            #expect(scene.data(2, session: 1_234, from: source) == .dropped(.unknownSession))
            #expect(scene.ping(4, from: source) == .dropped(.revoked))
        }
        #expect(scene.ping(99, from: Scene.place(2, 1_001)) == .refused(.unknownUser), "its neighbours are")
        #expect(scene.ping(2, from: Scene.place(2, 2_000)) == .answered(2))
        #expect(scene.ping(97, from: scene.home(2)) == .refused(.unknownUser), "and where it was before, too")
    }

    @Test("A host that is replaced, and a user that timed out, are bound no more", arguments: [false, true])
    func unbound(isHost: Bool) throws {
        let scene = try Scene.playing()
        if isHost {
            scene.wait(15_000)
            #expect(scene.hostPings(3) == .answered(2))
            #expect(scene.ping(99, from: scene.home(1)) == .refused(.unknownUser))
        } else {
            scene.wait(30_000)
            scene.driver.sweepAll(now: scene.now)
            #expect(scene.ping(99, from: scene.home(2)) == .refused(.unknownUser))
        }
    }

    @Test("Who was bound before a restart is bound after it", arguments: [1, 2] as [UInt32])
    func restart(user: UInt32) throws {
        let scene = try Scene.playing()
        scene.driver.restart(now: scene.now, stored: [scene.plan])
        #expect(scene.ping(99, from: scene.home(user)) == .dropped(.unknownUser))
        scene.revoke(user)
        #expect(scene.ping(user) == .refused(.revoked))
        #expect(scene.ping(99, from: scene.home(user)) == .refused(.unknownUser))
    }

    @Test(
        "While stored sessions are not read yet unknown tokens are met with silence, and are no guess; known ones work"
    )
    func notReady() throws {
        var guesses = GuessLedger.Settings()
        guesses.guessesPerMinute = 1
        let scene = try Scene(guesses: guesses)
        scene.driver.engine.awaitsSessions = true
        for guess in UInt32(100)..<120 {
            #expect(scene.ping(guess, from: Scene.place(60)) == .dropped(.notReady))
            #expect(scene.data(2, session: guess, from: Scene.place(60)) == .dropped(.notReady))
        }
        #expect(scene.ping(2, from: Scene.place(60)) == .answered(2))
        scene.revoke(2)
        #expect(scene.ping(2, from: Scene.place(60)) == .refused(.revoked))
        _ = scene.driver.engine.dropUnconfirmed(now: scene.now)
        #expect(scene.ping(3, from: Scene.place(60)) == .answered(2))
        #expect(scene.ping(100, from: Scene.place(61)) == .refused(.unknownUser))
    }
}

/// What a player whose user is gone is told.
@Suite("Farewells")
struct FarewellTests {
    @Test(
        "For 30 s the endpoint of a revoked user, or of one of an ended session, is told so apart from all budgets",
        arguments: [false, true],
        [0, 29_999, 30_000] as [UInt64]
    )
    func farewell(endsSession: Bool, age: UInt64) throws {
        var guesses = GuessLedger.Settings()
        guesses.answersPerSecond = 0
        let scene = try Scene(guesses: guesses)
        #expect(scene.ping(2) == .answered(2))
        if endsSession { scene.end() } else { scene.revoke(2) }
        scene.wait(age)
        #expect(scene.data(2, from: Scene.place(2, 1_001)) == .dropped(.revoked))
        #expect(scene.data(2) == (age < 30_000 ? .refused(.revoked) : .dropped(.revoked)))
    }

    @Test("Once a second")
    func onceASecond() throws {
        let scene = try Scene.playing()
        scene.end()
        for (pause, isTold) in [(0, true), (999, false), (1, true), (500, false), (500, true)] as [(UInt64, Bool)] {
            scene.wait(pause)
            #expect(scene.data(2) == (isTold ? .refused(.revoked) : .dropped(.revoked)))
        }
    }

    @Test(
        "After the end of a session forty players behind one address are told within a second, whatever else comes from there"
    )
    func everybody() throws {
        let scene = try Scene(users: 41)
        #expect(scene.hostPings() == .answered(2))
        func place(_ user: UInt32) -> PeerEndpoint { Scene.place(2, UInt16(1_000 + user)) }
        for user in UInt32(2)...41 { #expect(scene.ping(user, from: place(user)) == .answered(2)) }
        for guess in UInt32(0)..<200 { _ = scene.data(50_000 + guess, from: Scene.place(2, 9)) }
        scene.end()
        for user in UInt32(2)...41 {
            scene.wait(20)
            let effect = user % 2 == 0 ? scene.ping(user, from: place(user)) : scene.hello(user, from: place(user))
            #expect(effect == .refused(.revoked))
        }
        #expect(scene.hostData(to: 2) == .refused(.revoked))
    }

    @Test("A revoked host is told so at the endpoint it hosted from")
    func host() throws {
        let scene = try Scene.playing()
        scene.revoke(1)
        #expect(scene.hostData(1, to: 2) == .refused(.revoked))
        #expect(scene.hostData(1, to: 2) == .dropped(.revoked))
    }

    @Test("Who was silent for the user timeout when it was revoked was bound nowhere")
    func nobody() throws {
        var guesses = GuessLedger.Settings()
        guesses.answersPerSecond = 0
        let scene = try Scene(guesses: guesses)
        #expect(scene.ping(2) == .answered(2))
        scene.wait(30_000)
        scene.revoke(2)
        #expect(scene.data(2) == .dropped(.revoked))
    }
}
