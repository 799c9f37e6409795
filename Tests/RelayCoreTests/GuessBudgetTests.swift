import RelayCore
import TestSupport
import Testing

/// What counts as a guess, and what a source past its budget may still do.
@Suite("Guessing budgets")
struct GuessBudgetTests {
    private static func scene(
        perMinute: UInt32,
        pastBudget: UInt32 = 10,
        users: UInt32 = 4,
        _ settings: EngineSettings = EngineSettings()
    ) throws -> Scene {
        var guesses = GuessLedger.Settings()
        guesses.guessesPerMinute = perMinute
        guesses.lookupsPastBudget = pastBudget
        return try Scene(settings, guesses: guesses, users: users)
    }

    /// Whether a source past its budget is one: right tokens of a user who is at home elsewhere do not get through.
    private static func isPastBudget(_ scene: Scene, _ source: PeerEndpoint) -> Bool {
        [.dropped(.guessStranger), .dropped(.guessBudget)].contains(scene.ping(3, from: source))
    }

    @Test(
        "Past per_source guesses within a minute from the first of them nothing is answered, until the minute is over"
    )
    func budget() throws {
        let scene = try Self.scene(perMinute: 3)
        let source = Scene.place(60)
        for guess in UInt32(100)..<103 {
            #expect(scene.data(guess, from: Scene.place(60, UInt16(guess))) == .refused(.unknownUser))
        }
        #expect(scene.data(103, from: source) == .dropped(.unknownUser), "looked up, and not answered")
        #expect(scene.ping(2, from: Scene.place(60, 2)) == .dropped(.guessStranger), "right tokens are not served")
        #expect(scene.data(103, from: Scene.place(61)) == .refused(.unknownUser))
        scene.wait(59_999)
        #expect(scene.data(104, from: source) == .dropped(.unknownUser))
        scene.wait(1)
        #expect(scene.data(104, from: source) == .refused(.unknownUser))
        #expect(scene.ping(2, from: Scene.place(60, 2)) == .answered(2))
    }

    @Test("Past the budget ten guesses a second are looked up; then nothing is, until the second is over")
    func lookupsPastBudget() throws {
        let scene = try Self.scene(perMinute: 3)
        let source = Scene.place(60)
        for guess in UInt32(100)..<110 { _ = scene.ping(guess, from: source) }
        #expect(scene.drops(.unknownUser) == 10)
        #expect(scene.ping(110, from: source) == .dropped(.guessBudget))
        #expect(scene.ping(100, from: source) == .dropped(.guessBudget), "a repetition neither")
        scene.wait(999)
        #expect(scene.ping(110, from: source) == .dropped(.guessBudget))
        scene.wait(1)
        for guess in UInt32(110)..<120 { #expect(scene.ping(guess, from: source) == .dropped(.unknownUser)) }
        #expect(scene.ping(120, from: source) == .dropped(.guessBudget))
    }

    @Test("Right tokens that are not served count as a guess like wrong ones: no neighbour can tell the two apart")
    func rightTokensAreGuesses() throws {
        for isRight in [false, true] {
            let scene = try Self.scene(perMinute: 1, pastBudget: 3)
            #expect(scene.ping(2, from: Scene.place(60, 7)) == .answered(2))
            scene.wait(2_500)
            _ = scene.ping(99, from: Scene.place(60))
            #expect(
                scene.ping(isRight ? 3 : 98, from: Scene.place(60)) == .dropped(isRight ? .guessStranger : .unknownUser)
            )
            for _ in 0..<5 { _ = scene.ping(isRight ? 3 : 98, from: Scene.place(60)) }
            // The guesser's own tokens, from a new port: served for as long as there were fewer than three guesses.
            #expect(scene.ping(2, from: Scene.place(60, 8)) == .answered(2))
            _ = scene.ping(97, from: Scene.place(60))
            #expect(scene.ping(2, from: Scene.place(60, 9)) == .dropped(.guessBudget))
        }
    }

    @Test("An IPv6 /64 is one source, and its neighbour another")
    func prefix() throws {
        let scene = try Self.scene(perMinute: 1, pastBudget: 0)
        func place(_ subnet: UInt8, _ host: UInt8) -> PeerEndpoint {
            Scene.endpoint([0x20, 1, 0xD, 0xB8, 0, 0, 0, subnet, 0, 0, 0, 0, 0, 0, 0, host], 5)
        }
        #expect(scene.data(100, from: place(1, 1)) == .refused(.unknownUser))
        #expect(scene.data(101, from: place(1, 2)) == .dropped(.guessBudget))
        #expect(scene.data(101, from: place(2, 2)) == .refused(.unknownUser))
    }

    @Test("A wrong pair that the source has sent before is no guess, whatever came between")
    func repetitions() throws {
        let scene = try Self.scene(perMinute: 33)
        for _ in 0..<50 {
            for pair in UInt32(100)..<132 { #expect(scene.data(pair, from: Scene.place(60)) != .dropped(.guessBudget)) }
            scene.wait(300)
        }
        #expect(!Self.isPastBudget(scene, Scene.place(60)))
    }

    @Test(
        "A pair that was valid within a day is no guess where it was used, and one elsewhere",
        arguments: [false, true]
    )
    func formerPairs(endsSession: Bool) throws {
        let scene = try Self.scene(perMinute: 1)
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.ping(2, from: Scene.place(2, 1_001)) == .answered(2))
        scene.wait(2_000)
        #expect(scene.ping(2, from: Scene.place(70)) == .answered(2), "it moves to another network")
        if endsSession { scene.end() } else { scene.revoke(2) }
        let reason: DropReason = endsSession ? .unknownSession : .unknownUser
        for age in [0, 60_000, 3_600_000, 86_390_000] as [UInt64] {
            let scene = scene
            scene.now = 1_000_000 + age
            for place in [Scene.place(2, 5), Scene.place(70, 5)] {
                for _ in 0..<3 { #expect(scene.data(2, from: place) != .dropped(.guessBudget)) }
                #expect(scene.data(2, from: place) == .dropped(.revoked))
            }
        }
        scene.wait(60_000)
        #expect(scene.data(2, from: Scene.place(71)) == .refused(reason))
        scene.wait(86_400_000)
        #expect(scene.data(2, from: Scene.place(2)) == .refused(reason))
    }

    @Test("A user that timed out, and one whose host role another took, are known where they were for ten minutes")
    func familiar() throws {
        for (isHost, age) in [(false, 0), (false, 599_999), (true, 0), (true, 599_999)] as [(Bool, UInt64)] {
            for isTooLate in [false, true] {
                let scene = try Self.scene(perMinute: 1)
                let user: UInt32 = isHost ? 1 : 2
                #expect((isHost ? scene.hostPings() : scene.ping(2)) == .answered(2))
                if age > 0 {
                    scene.wait(40_000)
                    scene.driver.sweepAll(now: scene.now)
                    if isHost { #expect(scene.hostPings(4) == .answered(2)) }
                    scene.wait(age - 40_000 + (isTooLate ? 1 : 0))
                }
                let source = Scene.place(UInt8(user), 2_000)
                _ = scene.data(99, from: source)
                let effect = scene.ping(user, from: source)
                #expect(effect == (age > 0 && isTooLate ? .dropped(.guessStranger) : .answered(effect.state)))
                #expect(scene.ping(3, from: source) == .dropped(.guessStranger), "nobody else is")
            }
        }
    }

    @Test("A user whose prefix the API named is served there, and nobody else", arguments: [false, true])
    func named(isPinned: Bool) throws {
        let scene = try Self.scene(perMinute: 1)
        let place = Scene.place(60).address
        let plan = UserPlan(
            userToken: 9,
            connectionID: 9,
            pinnedAddress: isPinned ? place : nil,
            namedAddress: place
        )
        try scene.driver.add(plan, toSession: Scene.session)
        _ = scene.data(99, from: Scene.place(60))
        #expect(scene.ping(9, from: Scene.place(60, 77)) == .answered(2))
        #expect(scene.ping(2, from: Scene.place(60, 78)) == .dropped(.guessStranger))
    }

    @Test("The named prefix of an IPv6 user is its /64")
    func namedIPv6() throws {
        let scene = try Self.scene(perMinute: 1)
        func place(_ subnet: UInt8, _ host: UInt8) -> PeerEndpoint {
            Scene.endpoint([0x20, 1, 0xD, 0xB8, 0, 0, 0, subnet, 0, 0, 0, 0, 0, 0, 0, host], 5)
        }
        let plan = UserPlan(userToken: 9, connectionID: 9, namedAddress: place(1, 1).address)
        try scene.driver.add(plan, toSession: Scene.session)
        for subnet in [1, 2] as [UInt8] { _ = scene.data(99, from: place(subnet, 7)) }
        #expect(scene.ping(9, from: place(2, 2)) == .dropped(.guessStranger))
        #expect(scene.ping(9, from: place(1, 2)) == .answered(2))
    }

    @Test("A bound endpoint passes although its source is past every budget")
    func boundPasses() throws {
        let scene = try Self.scene(perMinute: 1, pastBudget: 0)
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.ping(99, from: scene.home(2)) == .dropped(.unknownUser))
        #expect(scene.ping(98, from: scene.home(2)) == .dropped(.guessBudget))
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.ping(2, from: Scene.place(2, 2_000)) == .dropped(.guessBudget))
    }

    @Test("A farewell is bid past every budget, and a departed pair elsewhere is a guess")
    func departed() throws {
        let scene = try Self.scene(perMinute: 1, pastBudget: 0)
        #expect(scene.ping(2) == .answered(2))
        _ = scene.ping(99, from: Scene.place(2, 9))
        scene.revoke(2)
        #expect(scene.ping(2) == .refused(.revoked))
        #expect(scene.ping(2, from: Scene.place(50)) == .refused(.revoked))
        #expect(scene.ping(98, from: Scene.place(50)) == .dropped(.guessBudget))
    }
}

extension Effect {
    /// The state of an answer to a PING, 0 of anything else.
    fileprivate var state: UInt8 { if case .answered(let state) = self { state } else { 0 } }
}
