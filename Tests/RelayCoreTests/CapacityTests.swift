import RelayCore
import TestSupport
import Testing

@Suite("Capacity")
struct CapacityTests {
    private func plan(_ token: UInt32, users: Range<UInt32>) -> SessionPlan {
        SessionPlan(
            sessionToken: token,
            users: users.enumerated().map { UserPlan(userToken: $1, connectionID: Int32($0) + 1) },
            rejoinIDs: 1 << 20..<1 << 21
        )
    }

    private func isServed(_ driver: EngineDriver, _ user: UInt32, _ session: UInt32, now: UInt64) -> Bool {
        let source = Scene.place(UInt8(truncatingIfNeeded: user), UInt16(session % 60_000 + 1))
        let arrival = Arrival(source: source, local: LocalAddress(), role: .client, pair: 0, now: now)
        return driver.step(Datagrams.ping(user: user, session: session), arrival).sent.first?.bytes == [1, 2]
    }

    private func reason(_ driver: EngineDriver, _ user: UInt32, _ session: UInt32, now: UInt64) -> DropReason? {
        let before = driver.counters.drops
        #expect(!isServed(driver, user, session, now: now))
        let after = driver.counters.drops
        return DropReason.allCases.first { after[$0] > before[$0] }
    }

    @Test("A full table of sessions takes no more and changes nothing")
    func fullSessions() throws {
        let driver = EngineDriver(userCapacity: 16, sessionCapacity: 2)
        try driver.add(plan(1, users: 1..<3), now: 0)
        try driver.add(plan(2, users: 1..<3), now: 0)
        #expect(throws: EngineError.sessionsFull(limit: 2)) { try driver.add(plan(3, users: 1..<3), now: 0) }
        #expect(reason(driver, 1, 3, now: 1) == .unknownSession)
        #expect(driver.counters[.sessionsNow] == 2)
        #expect(driver.counters[.usersNow] == 4)
        #expect(driver.removeSession(1, now: 0))
        try driver.add(plan(3, users: 1..<3), now: 0)
        #expect(isServed(driver, 1, 3, now: 1))
        #expect(isServed(driver, 2, 2, now: 1))
    }

    @Test(
        "A full table of users takes neither a session nor a user more, and a session that does not fit leaves nothing"
    )
    func fullUsers() throws {
        let driver = EngineDriver(userCapacity: 4, sessionCapacity: 4)
        try driver.add(plan(1, users: 1..<3), now: 0)
        #expect(throws: EngineError.usersFull(limit: 4)) { try driver.add(plan(2, users: 1..<4), now: 0) }
        #expect(driver.counters[.sessionsNow] == 1)
        #expect(driver.counters[.usersNow] == 2)
        #expect(reason(driver, 1, 2, now: 1) == .unknownSession)
        try driver.add(plan(3, users: 5..<7), now: 0)
        #expect(throws: EngineError.usersFull(limit: 4)) {
            try driver.add(UserPlan(userToken: 9, connectionID: 3), toSession: 3)
        }
        #expect(reason(driver, 9, 3, now: 2) == .unknownUser)
        for (user, session) in [(1, 1), (2, 1), (5, 3), (6, 3)] as [(UInt32, UInt32)] {
            #expect(isServed(driver, user, session, now: 3))
        }
    }

    @Test("Taken tokens are told, and unknown sessions")
    func wrongCommands() throws {
        let driver = EngineDriver()
        try driver.add(plan(1, users: 1..<3), now: 0)
        #expect(throws: EngineError.duplicateToken) { try driver.add(plan(1, users: 5..<6), now: 0) }
        #expect(throws: EngineError.duplicateToken) {
            try driver.add(UserPlan(userToken: 1, connectionID: 9), toSession: 1)
        }
        let twice = [UserPlan(userToken: 4, connectionID: 1), UserPlan(userToken: 4, connectionID: 2)]
        #expect(throws: EngineError.duplicateToken) {
            try driver.add(SessionPlan(sessionToken: 2, users: twice, rejoinIDs: 1..<1), now: 0)
        }
        #expect(throws: EngineError.unknownSession) {
            try driver.add(UserPlan(userToken: 1, connectionID: 9), toSession: 77)
        }
        #expect(!driver.removeUser(9, fromSession: 1, now: 0))
        #expect(!driver.removeSession(2, now: 0))
        #expect(driver.counters[.usersNow] == 2)
        #expect(driver.pair(ofSession: 1) == 0)
        #expect(driver.pair(ofSession: 2) == nil)
    }

    @Test("When the table is full of departed users, the oldest are forgotten first")
    func recycling() throws {
        let driver = EngineDriver(userCapacity: 4, sessionCapacity: 4)
        try driver.add(plan(1, users: 1..<5), now: 0)
        for user in [3, 1, 4] as [UInt32] { #expect(driver.removeUser(user, fromSession: 1, now: 10)) }
        for user in [1, 3, 4] as [UInt32] { #expect(reason(driver, user, 1, now: 20) == .revoked) }
        try driver.add(UserPlan(userToken: 8, connectionID: 8), toSession: 1)
        #expect(reason(driver, 3, 1, now: 30) == .unknownUser)
        #expect(reason(driver, 1, 1, now: 30) == .revoked)
        try driver.add(UserPlan(userToken: 9, connectionID: 9), toSession: 1)
        #expect(reason(driver, 1, 1, now: 40) == .unknownUser)
        #expect(reason(driver, 4, 1, now: 40) == .revoked)
        for user in [2, 8, 9] as [UInt32] { #expect(isServed(driver, user, 1, now: 50)) }
    }

    @Test("Filled and emptied a thousand times, the tables have as much room as at first")
    func noLeak() throws {
        let driver = EngineDriver(userCapacity: 12, sessionCapacity: 3)
        var now: UInt64 = 0
        var token: UInt32 = 1
        for round in 0..<1_000 {
            now += 50
            for session in token..<token + 3 {
                try driver.add(plan(session, users: 1..<5), now: now)
                #expect(isServed(driver, 1, session, now: now))
                let data = Datagrams.clientData(user: 2, session: session, [1])
                let arrival = Arrival(source: Scene.place(9), local: LocalAddress(), role: .client, pair: 0, now: now)
                _ = driver.step(data, arrival)
            }
            #expect(driver.counters[.heldNow] == 3)
            #expect(throws: EngineError.self) { try driver.add(plan(1 << 30, users: 1..<2), now: now) }
            for session in token..<token + 3 {
                if round % 2 == 0 { #expect(driver.removeUser(3, fromSession: session, now: now)) }
                #expect(driver.removeSession(session, now: now))
            }
            if round % 7 == 0 { driver.sweepAll(now: now) }
            token += 3
            #expect(driver.counters[.heldNow] == 0)
            #expect(driver.counters[.usersNow] == 0)
            #expect(driver.counters[.sessionsNow] == 0)
        }
        #expect(driver.sweepLength <= 12)
    }

    @Test("A token that is added again after it was revoked is valid again, and says so at once")
    func readded() throws {
        let driver = EngineDriver()
        try driver.add(plan(1, users: 1..<3), now: 0)
        #expect(driver.removeUser(1, fromSession: 1, now: 0))
        #expect(reason(driver, 1, 1, now: 1) == .revoked)
        try driver.add(UserPlan(userToken: 1, connectionID: 3), toSession: 1)
        #expect(isServed(driver, 1, 1, now: 2))
    }
}
