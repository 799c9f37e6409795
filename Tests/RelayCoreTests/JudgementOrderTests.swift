import RelayCore
import TestSupport
import Testing

@Suite("In which order a datagram is judged")
struct JudgementOrderTests {
    /// The rule in words, once more and on its own.
    private static func expected(_ length: Int, _ type: UInt8, _ role: PortRole) -> DropReason? {
        if length < 9 { return .tooShort }
        switch (type, role) {
        case (1, _): return length == 9 ? nil : .badLength
        case (2, .client): return length >= 10 ? nil : .badLength
        case (2, .server): return length >= 14 ? nil : .badLength
        default: return .unknownType
        }
    }

    @Test("Every length up to 14 bytes, every type, on both ports, at every alignment", arguments: 0...7)
    func lengthsAndTypes(misalignment: Int) throws {
        let scene = try Scene.playing()
        scene.driver.misalignment = misalignment
        for role in [PortRole.client, .server] {
            let user: UInt32 = role == .client ? 2 : 1
            for type in UInt8.min...UInt8.max {
                let whole = Datagrams.header(user: user, session: Scene.session, type: type) + [2, 0, 0, 0, 77]
                for length in 0...14 {
                    let effect = scene.send(Array(whole.prefix(length)), scene.home(user), role)
                    if let reason = Self.expected(length, type, role) {
                        #expect(effect == .dropped(reason), "\(length) bytes of type \(type) on the \(role) port")
                    } else if type == 1 {
                        #expect(effect == .answered(2))
                    } else if role == .client {
                        #expect(effect == .toHost(2, Array(whole[9..<length]), scene.home(1)))
                    } else {
                        #expect(effect == .toClient([77], scene.home(2)))
                    }
                }
            }
        }
    }

    @Test("1200 bytes pass and 1201 do not, on both ports")
    func oversize() throws {
        let scene = try Scene.playing()
        for (length, isTooLong) in [(1_200, false), (1_201, true), (1_500, true)] {
            let payload = [UInt8](repeating: 5, count: length - 9)
            let up = scene.data(2, payload)
            let down = scene.hostData(to: 2, Array(payload.dropFirst(4)))
            #expect(up == (isTooLong ? .dropped(.oversize) : .toHost(2, payload, scene.home(1))))
            #expect(down == (isTooLong ? .dropped(.oversize) : .toClient(Array(payload.dropFirst(4)), scene.home(2))))
        }
    }

    @Test("Malformed datagrams are told before wrong tokens, and wrong tokens before sources are counted as strange")
    func malformedFirst() throws {
        let scene = try Scene()
        let nobody = Datagrams.header(user: 99, session: 98, type: 7)
        #expect(scene.send(nobody, Scene.place(1, 0), .client) == .dropped(.unknownType))
        #expect(scene.ping(99, from: Scene.place(1, 0)) == .dropped(.badSource))
        #expect(scene.ping(2, from: Scene.place(1, 0)) == .dropped(.badSource))
    }

    @Test(
        "A strange source is told before the budget, the budget before a wrong pair of ports, that before a pinned address"
    )
    func strangerOrder() throws {
        var guesses = GuessLedger.Settings()
        guesses.guessesPerMinute = 1
        var settings = EngineSettings()
        settings.roaming = .strict
        let scene = try Scene(settings, guesses: guesses)
        let pinned = UserPlan(userToken: 9, connectionID: 9, pinnedAddress: Scene.place(9).address)
        try scene.driver.add(pinned, toSession: Scene.session)
        #expect(scene.ping(99, from: Scene.place(50)) == .refused(.unknownUser))
        #expect(scene.ping(9, from: Scene.place(50, 0), pair: 3) == .dropped(.badSource))
        #expect(scene.ping(9, from: Scene.place(50), pair: 3) == .dropped(.guessStranger))
        #expect(scene.ping(9, from: Scene.place(51), pair: 3) == .dropped(.wrongPort))
        #expect(scene.ping(9, from: Scene.place(51)) == .dropped(.addressPinned))
        #expect(scene.ping(9) == .answered(2))
        #expect(scene.ping(9, from: Scene.place(51)) == .dropped(.addressPinned))
    }

    @Test("A bound endpoint on another pair of ports is on the wrong port")
    func boundOnWrongPair() throws {
        let scene = try Scene.playing()
        #expect(scene.ping(2, pair: 1) == .dropped(.wrongPort))
        #expect(scene.hostPings(pair: 1) == .dropped(.wrongPort))
    }

    @Test("What is dropped refreshes nothing: a host that only talks to nobody falls silent")
    func droppedRefreshesNothing() throws {
        let scene = try Scene.playing()
        for _ in 0..<20 {
            scene.wait(1_000)
            #expect(scene.hostData(to: 77) == .dropped(.unknownConnectionID))
        }
        #expect(scene.ping(2) == .answered(4))
    }
}
