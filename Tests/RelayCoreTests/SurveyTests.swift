import RelayCore
import TestSupport
import Testing

@Suite("A glance at many sessions")
struct SurveyTests {
    /// What is seen of the scene's session; `nil` where it is passed over.
    private func isTroubled(_ scene: Scene) -> Bool? {
        let survey = scene.driver.survey(from: 0, rows: 1_000, now: scene.now)
        #expect(survey.next == 0)
        #expect(survey.sightings.allSatisfy { $0.sessionToken == Scene.session } && survey.sightings.count < 2)
        return survey.sightings.first?.isTroubled
    }

    @Test("A session that nobody used, or used lately, is passed over")
    func idle() throws {
        let scene = try Scene(users: 2)
        #expect(isTroubled(scene) == nil)
        #expect(scene.hostPings() == .answered(2))
        #expect(isTroubled(scene) != nil)
        scene.wait(29_999)
        #expect(isTroubled(scene) != nil)
        scene.wait(1)
        #expect(isTroubled(scene) == nil)
    }

    @Test("Who plays well is in no trouble; a host alone waits for its player")
    func well() throws {
        let scene = try Scene(users: 2)
        #expect(scene.hostPings() == .answered(2))
        #expect(isTroubled(scene) == true)
        #expect(scene.ping(2) == .answered(2))
        #expect(isTroubled(scene) == false)
        scene.play(20_000)
        #expect(isTroubled(scene) == false)
    }

    @Test("A host that is missing or silent is trouble, and so is a silent player")
    func silent() throws {
        let hostless = try Scene(users: 2)
        #expect(hostless.ping(2) == .answered(2))
        #expect(isTroubled(hostless) == true)
        for isHost in [false, true] {
            let scene = try Scene(users: 2)
            for second in 0..<4 {
                if second == 0 || isHost { #expect(scene.hostPings() == .answered(2)) }
                if second == 0 || !isHost { #expect(scene.ping(2) == .answered(2)) }
                if second == 2 { #expect(isTroubled(scene) == false) }
                scene.wait(1_000)
            }
            #expect(isTroubled(scene) == true)
        }
    }

    @Test("What was dropped of a player is trouble for a minute, unless it comes with leaving or moving")
    func drops() throws {
        let scene = try Scene(users: 2)
        #expect(scene.hostPings() == .answered(2) && scene.ping(2) == .answered(2))
        #expect(scene.hostData(to: 99) == .dropped(.unknownConnectionID))
        #expect(isTroubled(scene) == true)
        scene.play(59_750)
        #expect(isTroubled(scene) == true)
        scene.play(250)
        #expect(isTroubled(scene) == false)
    }

    @Test("Wrong user tokens make a session worth a look though nobody is heard in it")
    func wrongUsers() throws {
        let scene = try Scene(users: 2)
        #expect(scene.data(99, from: Scene.place(60)) == .refused(.unknownUser))
        #expect(isTroubled(scene) == true)
        scene.wait(10_000)
        #expect(isTroubled(scene) == nil)
    }

    @Test("Parts follow each other, and each session is in one of them", arguments: [1, 7, 64, 10_000])
    func parts(rows: Int) throws {
        let driver = EngineDriver(userCapacity: 512, sessionCapacity: 128)
        let now: UInt64 = 1_000_000
        for session in UInt32(1)...100 {
            let users = (UInt32(1)...3).map { UserPlan(userToken: $0, connectionID: Int32($0)) }
            let plan = SessionPlan(sessionToken: session, users: users, portPair: .shared, rejoinIDs: Scene.rejoinIDs)
            try driver.add(plan, now: now)
            guard session.isMultiple(of: 2) else { continue }
            let arrival = Arrival(source: Scene.place(1), local: .init(), role: .server, pair: 0, now: now)
            #expect(driver.step(Datagrams.ping(user: 1, session: session), arrival).sent.count == 1)
        }
        #expect(driver.removeSession(50, now: now))
        var (seen, slot, calls): ([UInt32], Int, Int) = ([], 0, 0)
        repeat {
            let survey = driver.survey(from: slot, rows: rows, now: now)
            seen += survey.sightings.map(\.sessionToken)
            slot = survey.next
            calls += 1
        } while slot != 0 && calls < 1_000
        #expect(seen.sorted() == (UInt32(1)...100).filter { $0.isMultiple(of: 2) && $0 != 50 })
        #expect(calls <= 1 + 400 / rows)
    }
}
