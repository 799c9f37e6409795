import RelayWire
import TestSupport
import Testing

@testable import RelayCore

@Suite("Tokens that changed places")
struct SwappedTokenTests {
    @Test("They are known from other wrong ones to whoever reports on the user, and to nobody else")
    func swapped() throws {
        let scene = try Scene.playing()
        for step in UInt8(0)..<3 {
            // The user's token is 3, the session's 7.
            #expect(scene.ping(7, session: 3, from: Scene.place(60 + step)) == .refused(.unknownSession))
            #expect(scene.ping(9, session: 3, from: Scene.place(70 + step)) == .refused(.unknownSession))
            scene.wait(1_000)
        }
        scene.wait(500)
        let reports = try scene.users()
        #expect(reports[3]?.swapped == 3)
        #expect(reports[3]?.swappedAge == 1_500)
        for user in [UInt32(1), 2, 4] {
            #expect(reports[user]?.swapped == 0)
            #expect(reports[user]?.swappedAge == nil)
        }
    }

    @Test("They bind nothing, and count as any other wrong pair")
    func guess() throws {
        let scene = try Scene.playing()
        #expect(scene.data(7, session: 3, from: scene.home(3)) == .refused(.unknownSession))
        #expect(try scene.users()[3]?.endpoint == nil)
        #expect(scene.drops(.unknownSession) == 1)
        #expect(try scene.users()[3]?.drops.isEmpty == true)
    }

    @Test("A flood of wrong pairs makes it forget, and never say something else")
    func flood() {
        let pairs = SwappedPairs.allocate(hash: KeyedHash(seed: (1, 2)))
        defer { pairs.deallocate() }
        let right = Credentials(userToken: 5, sessionToken: 6)
        pairs.note(Credentials(userToken: 6, sessionToken: 5), now: 70_000)
        #expect(pairs.find(right, now: 70_250)?.count == 1)
        #expect(pairs.find(right, now: 70_250)?.age == 250)
        for guess in UInt32(100)..<100_000 { pairs.note(Credentials(userToken: guess, sessionToken: 5), now: 70_300) }
        #expect(pairs.find(right, now: 70_300) == nil)
        pairs.note(Credentials(userToken: 6, sessionToken: 5), now: 70_400)
        #expect(pairs.find(right, now: 70_400)?.count == 1)
    }

    @Test("Its count has an end, and a clock that stands still is no age")
    func bounds() {
        let pairs = SwappedPairs.allocate(hash: KeyedHash(seed: (1, 2)))
        defer { pairs.deallocate() }
        for _ in 0..<70_000 { pairs.note(Credentials(userToken: 6, sessionToken: 5), now: 10) }
        let found = pairs.find(Credentials(userToken: 5, sessionToken: 6), now: 9)
        #expect(found?.count == 0xFFFF)
        #expect(found?.age == 0)
    }
}

extension Scene {
    fileprivate func users() throws -> [UInt32: UserReport] {
        let report = try #require(driver.report(ofSession: Self.session, now: now))
        return Dictionary(uniqueKeysWithValues: report.users.map { ($0.userToken, $0) })
    }
}
