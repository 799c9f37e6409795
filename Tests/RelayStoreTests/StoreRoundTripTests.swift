import RelayControl
import RelayCore
import RelayStore
import Testing

@Suite(.timeLimit(.minutes(10))) struct StoreRoundTripTests {
    let directory = TemporaryDirectory()

    /// What a fresh store finds in the directory.
    private func reload() async throws -> StoredState {
        let store = SQLiteSessionStore(directory: directory.state)
        let state = try await store.load()
        await store.close()
        return state
    }

    @Test("Every change survives a restart, to the letter")
    func everyChange() async throws {
        var generator = SeededGenerator(seed: 1)
        let store = SQLiteSessionStore(directory: directory.state)
        #expect(try await store.load().sessions.isEmpty)
        var first = Session.sample(1, webhook: "https://example.com/hook?key=ä", using: &generator)
        var second = Session.sample(2, users: 1, pair: .dedicated(7), using: &generator)
        let third = Session.sample(3, users: 2, using: &generator)
        var webhook = PendingWebhook.sample(5, sessionID: first.id)
        try await store.commit(.createSession(second, webhook: nil))
        try await store.commit(.createSession(first, webhook: webhook))
        try await store.commit(.createSession(third, webhook: PendingWebhook.sample(6, sessionID: third.id)))

        let user = SessionUser(number: 2, address: "0.0.0.0", token: UInt32(Int32.max))
        try await store.commit(.addUser(user, sessionID: second.id))
        second.users.append(user)
        second.nextUserNumber = 3
        try await store.commit(.setHost(number: 2, sessionID: first.id))
        try await store.commit(.setHost(number: 2, sessionID: second.id))
        second.hostNumber = 2
        try await store.commit(.revokeUser(number: 2, sessionID: first.id))
        first.users.remove(at: 1)
        try await store.commit(.markUsed(sessionID: first.id))
        first.wasUsed = true
        let given: [(Int32, Int32?, Int32)] = [
            (3, 1 << 19, 1 << 19), (3, 1 << 20, 1 << 20), (1, 1 << 20 + 1, 1 << 20 + 1), (1, nil, 1 << 20 + 1),
            // Of a user who is revoked already.
            (2, 1 << 20 + 2, 1 << 20 + 2),
        ]
        for (number, id, highest) in given {
            try await store.commit(
                .setConnectionID(number: number, rejoinID: id, highest: highest, sessionID: first.id)
            )
        }
        first.users[1].rejoinID = 1 << 20
        first.highestRejoinID = 1 << 20 + 2
        try await store.commit(
            .movePorts(.dedicated(3), PortPair(server: 65534, client: 65535), sessionID: first.id)
        )
        first.portPair = .dedicated(3)
        first.ports = PortPair(server: 65534, client: 65535)
        try await store.commit(.removeSession(id: third.id, token: third.token, endedAt: 123.5))
        try await store.commit(.removeSession(id: "unknown-S", token: 77, endedAt: 100))
        try await store.commit(.forgetReservedTokens(before: 123.5))
        try await store.commit(.retryWebhook(id: 5, attempts: 3, nextAttemptAt: 99.75))
        webhook.attempts = 3
        webhook.nextAttemptAt = 99.75
        try await store.commit(.removeWebhook(id: 6))
        await store.close()

        let state = try await reload()
        #expect(state.sessions == [first, second])
        #expect(state.generation == 2)
        #expect(state.reservedTokens == [third.token: 123.5])
        #expect(state.pendingWebhooks == [webhook])
        #expect(state.damaged.isEmpty)
    }

    @Test("The webhook of a removal goes with it, also where the session is not there any more")
    func removalWithWebhook() async throws {
        var generator = SeededGenerator(seed: 2)
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        let session = Session.sample(1, using: &generator)
        try await store.commit(.createSession(session, webhook: nil))
        let webhooks = [PendingWebhook.sample(7, sessionID: session.id), .sample(8, sessionID: "gone-S")]
        try await store.commit(
            .removeSession(id: session.id, token: session.token, endedAt: 5, webhook: webhooks[0])
        )
        try await store.commit(.removeSession(id: "gone-S", token: 9, endedAt: 6, webhook: webhooks[1]))
        await store.close()
        let state = try await reload()
        #expect(state.sessions.isEmpty)
        #expect(state.reservedTokens == [session.token: 5, 9: 6])
        #expect(state.pendingWebhooks == webhooks)
    }

    @Test("A change of what is not there is no error, except a user for an unknown session")
    func unknown() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        for change: StoreChange in [
            .revokeUser(number: 1, sessionID: "x"), .setHost(number: 1, sessionID: "x"), .markUsed(sessionID: "x"),
            .setConnectionID(number: 1, rejoinID: 5, highest: 5, sessionID: "x"),
            .movePorts(.shared, PortPair(server: 1, client: 2), sessionID: "x"), .removeWebhook(id: 9),
            .retryWebhook(id: 9, attempts: 1, nextAttemptAt: 1),
        ] {
            try await store.commit(change)
        }
        await #expect(throws: SessionStoreError.self) {
            try await store.commit(.addUser(SessionUser(number: 1, address: "::", token: 1), sessionID: "x"))
        }
        await store.close()
        #expect(try await reload().sessions.isEmpty)
    }

    @Test("A change that cannot be made fails alone: the others of its transaction are durable")
    func groupMember() async throws {
        var generator = SeededGenerator(seed: 2)
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        let taken = Session.sample(1, using: &generator)
        try await store.commit(.createSession(taken, webhook: nil))
        let sessions = (2...40).map { Session.sample($0, using: &generator) }
        let failures = await withTaskGroup(of: Int.self) { group in
            for session in sessions {
                group.addTask {
                    var failures = 0
                    do { try await store.commit(.createSession(session, webhook: nil)) } catch { failures += 1 }
                    // Same id, and same sequence with another id: both are refused.
                    var twin = session
                    do { try await store.commit(.createSession(twin, webhook: nil)) } catch { failures += 1 }
                    twin.id = "twin-of-\(session.id)"
                    do { try await store.commit(.createSession(twin, webhook: nil)) } catch { failures += 1 }
                    return failures
                }
            }
            var all = 0
            for await count in group { all += count }
            return all
        }
        #expect(failures == 2 * sessions.count)
        #expect(await store.isHealthy)
        await store.close()
        #expect(try await reload().sessions == [taken] + sessions)
    }

    @Test("Random changes restore what a dictionary remembers", arguments: 1...10)
    func randomChanges(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var model: [String: Session] = [:]
        for _ in 0..<3 {
            let store = SQLiteSessionStore(directory: directory.state)
            let state = try await store.load()
            #expect(state.sessions == model.values.sorted { $0.sequence < $1.sequence })
            var sequence = (model.values.map(\.sequence).max() ?? 0) + 1
            for _ in 0..<150 {
                let id = model.keys.sorted().randomElement(using: &generator) ?? ""
                switch Int.random(in: 0..<6, using: &generator) {
                case 0...1:
                    let session = Session.sample(
                        sequence,
                        users: .random(in: 1...9, using: &generator),
                        using: &generator
                    )
                    sequence += 1
                    try await store.commit(.createSession(session, webhook: nil))
                    model[session.id] = session
                case 2 where !id.isEmpty:
                    let number = model[id]?.nextUserNumber ?? 1
                    let user = SessionUser(number: number, address: "::1", token: generator.token())
                    try await store.commit(.addUser(user, sessionID: id))
                    model[id]?.users.append(user)
                    model[id]?.nextUserNumber = number + 1
                case 3 where !id.isEmpty:
                    guard let number = model[id]?.users.randomElement(using: &generator)?.number else { continue }
                    try await store.commit(.revokeUser(number: number, sessionID: id))
                    model[id]?.users.removeAll { $0.number == number }
                    if model[id]?.hostNumber == number { model[id]?.hostNumber = nil }
                case 4 where !id.isEmpty:
                    let number = model[id]?.users.randomElement(using: &generator)?.number
                    try await store.commit(.setHost(number: number, sessionID: id))
                    model[id]?.hostNumber = number
                case 5 where !id.isEmpty:
                    try await store.commit(.removeSession(id: id, token: model[id]?.token ?? 0, endedAt: 1))
                    model[id] = nil
                default:
                    continue
                }
            }
            await store.close()
        }
    }

    @Test("Every transaction is counted, and the count survives")
    func commitSequence() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        let before = await store.commitSequence
        try await store.commit(.forgetReservedTokens(before: 0))
        try await store.commit(.forgetReservedTokens(before: 0))
        #expect(await store.commitSequence == before + 2)
        await store.close()
        let again = SQLiteSessionStore(directory: directory.state)
        _ = try await again.load()
        #expect(await again.commitSequence == before + 3)
        await again.close()
    }

    @Test("Many callers at once share transactions, and each is answered")
    func groupCommit() async throws {
        var generator = SeededGenerator(seed: 3)
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        let before = await store.commitSequence
        let sessions = (1...512).map { Session.sample($0, users: 9, using: &generator) }
        try await withThrowingDiscardingTaskGroup { group in
            for session in sessions {
                group.addTask { try await store.commit(.createSession(session, webhook: nil)) }
            }
        }
        #expect(await store.commitSequence - before < 512)
        await store.close()
        #expect(try await reload().sessions == sessions)
    }
}
