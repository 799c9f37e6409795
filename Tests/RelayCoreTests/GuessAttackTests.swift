import Foundation
import RelayCore
import RelayWire
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
        func play() {
            let hosting = Datagrams.ping(user: users[0].userToken, session: session)
            #expect(scene.send(hosting, scene.home(1), .server) == .answered(2))
            #expect(scene.ping(users[1].userToken, session: session, from: victim) == .answered(2))
        }
        play()
        let guesser = Guesser(scene.driver)
        var found = 0
        var answers = 0
        let start = scene.now
        for number in 0..<Self.guesses {
            if number % 100 == 0 {
                // A thousand guesses a second, and the game goes on.
                scene.wait(100)
                play()
            }
            let source: PeerEndpoint
            switch attack {
            case .samePrefix: source = Scene.place(77, UInt16(10_000 + number % 50_000))
            case .otherPrefixes, .knownSession:
                source = Scene.endpoint([11, 0, UInt8(number / 250 % 4), UInt8(number % 250)], 9)
            }
            let token = attack == .knownSession ? session : random.token()
            switch guesser.tries(random.token(), session: token, isData: number % 2 == 0, from: source, at: scene.now) {
            case .silence: break
            case .invalid: answers += 1
            case .success: found += 1
            }
        }
        #expect(found == 0)
        for (user, isData) in [(2, false), (3, true)] {
            let source = Scene.place(200, UInt16(user))
            let hit = guesser.tries(
                users[user].userToken,
                session: session,
                isData: isData,
                from: source,
                at: scene.now
            )
            #expect(hit == .success, "a right one would have been seen")
        }
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

/// Hands tokens to an engine, and looks at nothing but what becomes of them: so that ten million take minutes.
private final class Guesser {
    enum Result { case silence, invalid, success }

    private let driver: EngineDriver
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)

    init(_ driver: EngineDriver) { self.driver = driver }

    deinit { buffer.deallocate() }

    func tries(_ user: UInt32, session: UInt32, isData: Bool, from source: PeerEndpoint, at now: UInt64) -> Result {
        buffer.storeBytes(of: user.littleEndian, as: UInt32.self)
        buffer.storeBytes(of: session.littleEndian, toByteOffset: 4, as: UInt32.self)
        buffer.storeBytes(of: isData ? 2 : 1, toByteOffset: 8, as: UInt8.self)
        let verdict = driver.engine.process(
            DatagramBytes(base: buffer, length: isData ? 10 : 9),
            isOversize: false,
            Arrival(source: source, local: LocalAddress(), role: .client, pair: 0, now: now)
        )
        switch verdict.action {
        case .nothing: return .silence
        case .reply: return buffer.load(fromByteOffset: 1, as: UInt8.self) == 3 ? .invalid : .success
        case .forward: return .success
        }
    }
}

extension SeededRandom {
    /// 1 … 2³¹ − 1, as tokens are.
    fileprivate mutating func token() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 33) | 1 }
}
