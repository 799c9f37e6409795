import Foundation
import RelayCore
import TestSupport
import Testing

/// Neighbours who guess, or only mean well, beside players who want to play.
@Suite("Guessers and their neighbours")
struct GuessAttackTests {
    @Test("Two stale clients behind one address, and a newcomer and a moving player beside them: nobody is silenced")
    func staleNeighbours() throws {
        let scene = try Scene(users: 6)
        func home(_ port: UInt16) -> PeerEndpoint { Scene.place(77, port) }
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2, from: home(2)) == .answered(2))
        var moves: UInt16 = 0
        for tick in 0..<1_200 {
            scene.wait(250)
            _ = scene.hostPings()
            // Both go on with the tokens of sessions that ended before this relay was started, by turns.
            #expect(scene.ping(501, session: 91, from: home(501)) != .dropped(.guessBudget))
            #expect(scene.ping(502, session: 92, from: home(502)) != .dropped(.guessBudget))
            #expect(scene.ping(2, from: home(2 + moves)) == .answered(2), "tick \(tick)")
            if tick % 100 == 99 { moves += 1 }
            if tick == 600 { #expect(scene.hello(3, from: home(3_000)) != .dropped(.guessBudget)) }
            if tick >= 600 { #expect(scene.data(3, [7], from: home(3_000)) == .toHost(3, [7], scene.home(1))) }
        }
        #expect(scene.drops(.guessBudget) == 0)
        #expect(scene.drops(.guessStranger) == 0)
    }

    @Test(
        "A guesser behind the victim's address: who is connected, moves, or is expected there plays; nobody else does"
    )
    func guesserBesideVictim() throws {
        let scene = try Scene(users: 4)
        let place = Scene.place(77)
        let expected = UserPlan(userToken: 9, connectionID: 9, namedAddress: place.address)
        try scene.driver.add(expected, toSession: Scene.session)
        #expect(scene.hostPings() == .answered(2))
        #expect(scene.ping(2, from: place) == .answered(2))
        var random = SeededRandom(seed: 5)
        var served = (moves: 0, joins: 0)
        for tick in 0..<230 {
            // Eight guesses a second: below what is still looked up.
            for _ in 0..<2 { _ = guess(scene, Scene.place(77, 9), &random, session: nil) }
            scene.wait(250)
            _ = scene.hostPings()
            let port = UInt16(1_000 + tick / 100)
            if scene.ping(2, from: Scene.place(77, port)) == .answered(2) { served.moves += 1 }
            if scene.ping(9, from: Scene.place(77, 3_000)) == .answered(2) { served.joins += 1 }
            if tick > 60 { #expect(scene.ping(3, from: Scene.place(77, 4_000)) == .dropped(.guessStranger)) }
        }
        #expect(served.moves == 230)
        #expect(served.joins == 230)
        #expect(scene.ping(3, from: Scene.place(78)) == .answered(2), "from elsewhere it does")
    }

    /// Guesses in all; `CAUSEWAY_GUESSES=10000000` asks for ten million.
    private static let guesses = ProcessInfo.processInfo.environment["CAUSEWAY_GUESSES"].flatMap(Int.init) ?? 150_000

    private enum Attack: CaseIterable {
        /// Behind the address of the session's players.
        case samePrefix
        /// From 1,000 addresses of its own.
        case otherPrefixes
        /// The same, and knowing the session's token.
        case knownSession
    }

    @Test("Millions of guesses find nothing, and hardly one of them is looked up", arguments: Attack.allCases)
    private func findsNothing(attack: Attack) throws {
        let scene = try Scene(users: 4)
        var random = SeededRandom(seed: 17)
        // Tokens as they are drawn: a guesser has to hit one of four in 2³¹, or in 2⁶².
        let session: UInt32 = 0x2B5A_71C3
        let users = (0..<4).map { UserPlan(userToken: 0x1000_0000 | random.token(), connectionID: $0 + 1) }
        let plan = SessionPlan(sessionToken: session, users: users, rejoinIDs: (1 << 20)..<(1 << 20) + 3)
        try scene.driver.add(plan, now: scene.now)
        let victim = Scene.place(77)
        #expect(scene.ping(users[1].userToken, session: session, from: victim) == .answered(2))
        var found = 0
        var answers = 0
        let start = scene.now
        for number in 0..<Self.guesses {
            if number % 100 == 0 {
                // A thousand guesses a second, and the victim plays on.
                scene.wait(100)
                #expect(scene.ping(users[1].userToken, session: session, from: victim) == .answered(2))
            }
            let source: PeerEndpoint
            switch attack {
            case .samePrefix: source = Scene.place(77, UInt16(10_000 + number % 50_000))
            case .otherPrefixes, .knownSession:
                source = Scene.endpoint([11, 0, UInt8(number / 250 % 4), UInt8(number % 250)], 9)
            }
            switch guess(scene, source, &random, session: attack == .knownSession ? session : nil) {
            case .dropped: break
            case .refused: answers += 1
            default: found += 1
            }
        }
        #expect(found == 0)
        let seconds = Int(scene.now - start) / 1_000 + 1
        let sources = attack == .samePrefix ? 1 : 1_000
        let lookedUp = scene.drops(.unknownUser) + scene.drops(.unknownSession)
        let minutes = seconds / 60 + 1
        #expect(lookedUp <= sources * (50 * minutes + 10 * seconds))
        #expect(answers <= sources * 50 * minutes && answers <= 100 * (seconds + 1))
        if attack == .samePrefix { #expect(lookedUp < Self.guesses / 50) }
    }

    /// Sends random tokens, as PING or as DATA.
    private func guess(
        _ scene: Scene,
        _ source: PeerEndpoint,
        _ random: inout SeededRandom,
        session: UInt32?
    ) -> Effect {
        let token = session ?? random.token()
        let user = random.token()
        return random.isOneIn(2)
            ? scene.ping(user, session: token, from: source) : scene.data(user, session: token, from: source)
    }
}

extension SeededRandom {
    /// 1 … 2³¹ − 1, as tokens are.
    fileprivate mutating func token() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 33) | 1 }
}
