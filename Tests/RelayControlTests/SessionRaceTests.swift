import RelayControl
import RelayCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionRaceTests {
    @Test("Deleting a session whose user is on the way to the disk leaves neither, in the plane or on disk")
    func deleteDuringAuthorize() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        let gate = Checkpoint()
        fixture.store.setBefore { change throws(SessionStoreError) in
            if case .addUser = change { await gate.pass() }
        }
        let authorize = Task { try await fixture.service.authorizeUser(sessionID: session.id, address: "2.2.2.2").user }
        await gate.reached()
        let delete = Task { try await fixture.service.delete(id: session.id) }
        await Task.yield()
        // The deletion waits its turn: the plane still serves.
        #expect(fixture.plane.now.sessions[session.token] != nil)
        gate.open()
        _ = try await authorize.value
        try await delete.value
        #expect(fixture.plane.now.sessions.isEmpty)
        #expect(fixture.store.contents.sessions.isEmpty)
    }

    @Test("Authorizing a user of a session that is on its way out is refused and leaves nothing")
    func authorizeDuringDelete() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        let gate = Checkpoint()
        fixture.store.setBefore { change throws(SessionStoreError) in
            if case .removeSession = change { await gate.pass() }
        }
        let delete = Task { try await fixture.service.delete(id: session.id) }
        await gate.reached()
        let authorize = Task { () -> RelayError.Code? in
            do throws(RelayError) {
                _ = try await fixture.service.authorizeUser(sessionID: session.id, address: "2.2.2.2")
                return nil
            } catch { return error.code }
        }
        await Task.yield()
        gate.open()
        try await delete.value
        #expect(await authorize.value == .notFound)
        #expect(fixture.plane.now.sessions.isEmpty)
        #expect(fixture.store.contents.sessions.isEmpty)
        #expect(!fixture.store.contents.log.contains("addUser"))
    }

    @Test("Revoking a user twice at once cuts it off once and answers both")
    func doubleRevoke() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        let token = session.users[0].token
        let gate = Checkpoint()
        fixture.store.setBefore { _ throws(SessionStoreError) in await gate.pass() }
        let first = Task { try await fixture.service.revokeUser(sessionID: session.id, userToken: token) }
        await gate.reached()
        let second = Task { () -> RelayError.Code? in
            do throws(RelayError) {
                _ = try await fixture.service.revokeUser(sessionID: session.id, userToken: token)
                return nil
            } catch { return error.code }
        }
        await Task.yield()
        gate.open()
        #expect(try await first.value.users == [session.users[1]])
        #expect(await second.value == .notFound)
        #expect(await fixture.service.counts.users == 1)
    }

    @Test("Changes of one session happen in the order of the calls")
    func order() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        let gate = Checkpoint()
        fixture.store.setBefore { _ throws(SessionStoreError) in await gate.pass() }
        var calls: [Task<Int32, any Error>] = []
        for count in 1...20 {
            calls.append(
                Task {
                    try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.\(count)").user
                        .number
                }
            )
            await gate.reached()
        }
        gate.open()
        var numbers: Set<Int32> = []
        for call in calls { numbers.insert(try await call.value) }
        #expect(numbers == Set(2...21))
        #expect(fixture.store.contents.sessions[session.id]?.users.map(\.number) == Array(1...21))
    }

    @Test("Different sessions do not wait for each other")
    func parallel() async throws {
        let fixture = try await Fixture.ready()
        let slow = try await fixture.create("1.1.1.1")
        let gate = Checkpoint()
        fixture.store.setBefore { change throws(SessionStoreError) in
            if case .addUser(_, slow.id) = change { await gate.pass() }
        }
        let held = Task { _ = try await fixture.service.authorizeUser(sessionID: slow.id, address: "1.1.1.1") }
        await gate.reached()
        let other = try await fixture.create("1.1.1.1")
        try await fixture.service.delete(id: other.id)
        gate.open()
        try await held.value
    }

    @Test(
        "Random calls on a disk that fails at random: what was answered is what is served and restored",
        arguments: 1...40
    )
    func randomCalls(seed: UInt64) async throws {
        let random = SeededRandom(seed: seed)
        let fixture = try await Fixture.ready(
            settings: SessionSettings(maxUsers: 6),
            random: SeededRandom(seed: seed + 1000)
        )
        let faults = SeededRandom(seed: seed + 2000)
        fixture.store.setBefore { _ throws(SessionStoreError) in
            await Task.yield()
            if faults.below(8) == 0 { throw FakeStore.failure }
        }
        fixture.store.setAfter { _ throws(SessionStoreError) in
            if faults.below(8) == 0 { throw FakeStore.failure }
            await Task.yield()
        }
        let history = HistoryBox()
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<25 { await Self.callAtRandom(fixture.service, random, history) }
                }
            }
        }
        fixture.store.setBefore(nil)
        fixture.store.setAfter(nil)
        try await eventually {
            await fixture.service.housekeeping()
            return await fixture.service.counts.unsettledRemovals == 0
        }
        try await check(fixture, history.withLock { $0 })
        try await check(try await fixture.restarted(), history.withLock { $0 })
    }

    private struct History: Sendable {
        /// What was answered for and not taken back, by session and user token.
        var alive: [String: Set<UInt32>] = [:]
        /// Users that were cut off.
        var revoked: [String: Set<UInt32>] = [:]
        var deleted: Set<String> = []
    }

    private final class HistoryBox: Sendable {
        private let history = Mutex(History())

        func withLock<Value: Sendable>(_ body: (inout History) -> Value) -> Value { history.withLock { body(&$0) } }
    }

    private static func callAtRandom(
        _ service: SessionService,
        _ random: SeededRandom,
        _ history: HistoryBox
    ) async {
        let (id, token) = history.withLock { history -> (String?, UInt32?) in
            let ids = history.alive.keys.sorted()
            guard !ids.isEmpty else { return (nil, nil) }
            let id = ids[random.below(ids.count)]
            let tokens = history.alive[id, default: []].sorted()
            return (id, tokens.isEmpty ? nil : tokens[random.below(tokens.count)])
        }
        switch (random.below(6), id, token) {
        case (0...1, _, _), (_, nil, _):
            guard let session = try? await service.create(SessionRequest(addresses: ["1.1.1.1", "2.2.2.2"])) else {
                return
            }
            history.withLock { $0.alive[session.id] = Set(session.users.map(\.token)) }
        case (2...3, let id?, _):
            guard let user = try? await service.authorizeUser(sessionID: id, address: "3.3.3.3").user else { return }
            history.withLock { if $0.alive[id] != nil { $0.alive[id]?.insert(user.token) } }
        case (4, let id?, let token?):
            do throws(RelayError) {
                _ = try await service.revokeUser(sessionID: id, userToken: token)
            } catch {
                // 503 means cut off all the same.
                guard error.code == .unavailable else { return }
            }
            history.withLock {
                $0.alive[id]?.remove(token)
                $0.revoked[id, default: []].insert(token)
            }
        case (_, let id?, _):
            do throws(RelayError) {
                try await service.delete(id: id)
            } catch {
                guard error.code == .unavailable else { return }
            }
            history.withLock {
                $0.alive[id] = nil
                $0.deleted.insert(id)
            }
        }
    }

    private func check(_ fixture: Fixture, _ history: History) async throws {
        let listed = try await fixture.service.list(page: 1, limit: 100)
        #expect(listed.totalCount == listed.sessions.count)
        #expect(Set(listed.sessions.map(\.id)) == Set(history.alive.keys))
        for session in listed.sessions {
            let tokens = Set(session.users.map(\.token))
            #expect(tokens == history.alive[session.id])
            #expect(tokens.isDisjoint(with: history.revoked[session.id] ?? []))
            let served = fixture.plane.now.sessions[session.token]?.users.map(\.userToken) ?? []
            #expect(Set(served) == tokens)
            #expect(Set(fixture.store.contents.sessions[session.id]?.users.map(\.token) ?? []) == tokens)
        }
        #expect(fixture.plane.now.sessions.count == listed.totalCount)
        #expect(fixture.store.contents.sessions.count == listed.totalCount)
        #expect(await fixture.service.counts.users == listed.sessions.map(\.users.count).reduce(0, +))
    }
}
