import RelayCore
import TestSupport
import Testing

@Suite("Wrong tokens")
struct WrongTokenTests {
    @Test("An unknown session, a wrong user and a revoked one get the same answer; only the counters differ")
    func sameAnswer() throws {
        let scene = try Scene.playing()
        scene.revoke(4)
        #expect(scene.ping(2, session: 1_234, from: Scene.place(60)) == .refused(.unknownSession))
        #expect(scene.ping(99, from: Scene.place(61)) == .refused(.unknownUser))
        #expect(scene.ping(4, from: Scene.place(62)) == .refused(.revoked))
        #expect(scene.data(2, session: 1_234, from: Scene.place(63)) == .dropped(.unknownSession))
        #expect(scene.data(99, from: Scene.place(64)) == .dropped(.unknownUser))
        #expect(scene.data(4, from: Scene.place(65)) == .dropped(.revoked))
        #expect(scene.driver.counters[.invalidReplies] == 3)
    }

    @Test("After per_source guesses within a minute from the first a source is dropped until the minute is over")
    func budget() throws {
        var guesses = GuessLedger.Settings()
        guesses.guessesPerMinute = 3
        let scene = try Scene(guesses: guesses)
        let source = Scene.place(60)
        for guess in UInt32(100)..<103 { #expect(scene.data(guess, from: source) == .dropped(.unknownUser)) }
        #expect(scene.data(103, from: source) == .dropped(.guessBudget))
        #expect(
            scene.ping(2, from: Scene.place(60, 2)) == .dropped(.guessBudget),
            "whatever the port, valid tokens too"
        )
        #expect(scene.data(103, from: Scene.place(61)) == .dropped(.unknownUser))
        scene.wait(59_999)
        #expect(scene.data(104, from: source) == .dropped(.guessBudget))
        scene.wait(1)
        #expect(scene.data(104, from: source) == .dropped(.unknownUser))
    }

    @Test("An IPv6 /64 is one source, and its neighbour another")
    func prefix() throws {
        var guesses = GuessLedger.Settings()
        guesses.guessesPerMinute = 1
        let scene = try Scene(guesses: guesses)
        func place(_ subnet: UInt8, _ host: UInt8) -> PeerEndpoint {
            Scene.endpoint([0x20, 1, 0xD, 0xB8, 0, 0, 0, subnet, 0, 0, 0, 0, 0, 0, 0, host], 5)
        }
        #expect(scene.data(100, from: place(1, 1)) == .dropped(.unknownUser))
        #expect(scene.data(101, from: place(1, 2)) == .dropped(.guessBudget))
        #expect(scene.data(101, from: place(2, 2)) == .dropped(.unknownUser))
    }

    @Test("A repeat of the last wrong pair, and revoked tokens, are no guesses")
    func noGuesses() throws {
        var guesses = GuessLedger.Settings()
        guesses.guessesPerMinute = 2
        let other = try Scene(guesses: guesses)
        other.revoke(4)
        for _ in 0..<10 {
            #expect(other.data(100, from: Scene.place(60)) == .dropped(.unknownUser))
            #expect(other.data(4, from: Scene.place(60)) == .dropped(.revoked))
        }
        #expect(other.data(101, from: Scene.place(60)) == .dropped(.unknownUser))
        #expect(other.data(102, from: Scene.place(60)) == .dropped(.guessBudget))
    }

    @Test("Revoked pairs are known as such for ten minutes, swept or not")
    func departedLifetime() throws {
        for isSwept in [true, false] {
            let scene = try Scene()
            scene.revoke(4)
            scene.wait(599_999)
            if isSwept { scene.driver.sweepAll(now: scene.now) }
            #expect(scene.data(4) == .dropped(.revoked))
            scene.wait(1)
            if isSwept { scene.driver.sweepAll(now: scene.now) }
            #expect(scene.data(4) == .dropped(.unknownUser))
        }
    }

    @Test("One answer a second and source, counted from the last")
    func answerPerSource() throws {
        let scene = try Scene()
        #expect(scene.ping(99, from: Scene.place(60)) == .refused(.unknownUser))
        scene.wait(999)
        #expect(scene.ping(99, from: Scene.place(60, 9)) == .dropped(.unknownUser))
        #expect(scene.ping(99, from: Scene.place(61)) == .refused(.unknownUser))
        scene.wait(1)
        #expect(scene.ping(99, from: Scene.place(60)) == .refused(.unknownUser))
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
        for guess in UInt32(0)..<65_535 { _ = scene.data(1_000 + guess, from: Scene.place(60)) }
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

    @Test(
        "DATA from where a revoked user, or one of an ended session, was bound is told so for 30 s; from elsewhere not",
        arguments: [false, true],
        [0, 29_999, 30_000] as [UInt64]
    )
    func farewell(endsSession: Bool, age: UInt64) throws {
        let scene = try Scene.playing()
        if endsSession { scene.end() } else { scene.revoke(2) }
        scene.wait(age)
        #expect(scene.data(2, from: Scene.place(2, 1_001)) == .dropped(.revoked))
        #expect(scene.data(2) == (age < 30_000 ? .refused(.revoked) : .dropped(.revoked)))
        scene.wait(1_000)
        #expect(scene.ping(2) == .refused(.revoked), "a PING is answered all the same")
    }

    @Test("A revoked host is told so at the endpoint it hosted from")
    func farewellToHost() throws {
        let scene = try Scene.playing()
        scene.revoke(1)
        #expect(scene.hostData(1, to: 2) == .refused(.revoked))
    }

    @Test("Who was silent for the user timeout when it was revoked was bound nowhere")
    func farewellToNobody() throws {
        let scene = try Scene.playing()
        scene.wait(30_000)
        scene.revoke(2)
        #expect(scene.data(2) == .dropped(.revoked))
    }
}
