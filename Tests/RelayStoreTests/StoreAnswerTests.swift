import GRDB
import RelayControl
import RelayStore
import Testing

@Suite("Answers to named calls, on disk", .timeLimit(.minutes(10)))
struct StoreAnswerTests {
    let directory = TemporaryDirectory()

    private func reload() async throws -> StoredState {
        let store = SQLiteSessionStore(directory: directory.state)
        let state = try await store.load()
        await store.close()
        return state
    }

    private func record(_ id: Int64, _ sessionID: String, _ key: String = "k") -> IdempotencyRecord {
        IdempotencyRecord(
            id: id,
            ticket: IdempotencyTicket(
                name: .init(owner: "game", call: id % 2 == 0 ? .create : .authorizeUser, key: key),
                digest: [UInt8](repeating: UInt8(id), count: 32)
            ),
            sessionID: sessionID,
            firstUser: 3,
            tokens: [1, UInt32(Int32.max), 0x0102_0304],
            createdAt: 1_700_000_000.25
        )
    }

    @Test("They are there with what they answer for, and what they displace is gone")
    func roundTrip() async throws {
        var generator = SeededGenerator(seed: 1)
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        let session = Session.sample(1, using: &generator)
        let records = (1...4).map { record(Int64($0), session.id, "key \($0) \"ä\"") }
        try await store.commit(.answering(records[0], displacing: [], .createSession(session, webhook: nil)))
        let user = SessionUser(number: 4, address: "::1", token: 9)
        try await store.commit(.answering(records[1], displacing: [77], .addUser(user, sessionID: session.id)))
        for (record, number) in zip(records[2...], Int32(5)...) {
            let user = SessionUser(number: number, address: "::1", token: UInt32(number))
            try await store.commit(
                .answering(record, displacing: [record.id - 2], .addUser(user, sessionID: session.id))
            )
        }
        await store.close()
        let state = try await reload()
        #expect(state.answers == [records[2], records[3]])
        #expect(state.sessions.first?.users.count == session.users.count + 3)
        let again = SQLiteSessionStore(directory: directory.state)
        _ = try await again.load()
        try await again.commit(.forgetAnswers(ids: [3, 99]))
        try await again.commit(.removeSession(id: session.id, token: session.token, endedAt: 1))
        await again.close()
        #expect(try await reload().answers == [records[3]], "it outlives its session, to say that it has ended")
    }

    @Test("What is refused leaves no answer")
    func refused() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        let user = SessionUser(number: 1, address: "::1", token: 9)
        await #expect(throws: SessionStoreError.self) {
            try await store.commit(.answering(record(1, "gone"), displacing: [], .addUser(user, sessionID: "gone")))
        }
        await store.close()
        let state = try await reload()
        #expect(state.answers.isEmpty && state.sessions.isEmpty)
    }

    @Test(
        "A damaged row is set aside and reported, so that no wrong token is given out",
        arguments: [
            "tokens = x'00000001'", "tokens = x'0000'", "digest = x''", "session_id = 'x'", "first_user = 1",
            "owner = 'other'", "call = 'delete'", "key = 'l'", "created_at = 1e9", "checksum = 0",
        ]
    )
    func damage(change: String) async throws {
        var generator = SeededGenerator(seed: 1)
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        for sequence in 1...Int64(2) {
            let session = Session.sample(sequence, using: &generator)
            try await store.commit(
                .answering(record(sequence, "s"), displacing: [], .createSession(session, webhook: nil))
            )
        }
        await store.close()
        try await DatabaseQueue(path: directory.database).write {
            try $0.execute(sql: "UPDATE answers SET \(change) WHERE id = 1")
        }
        let state = try await reload()
        #expect(state.answers.map(\.id) == [2])
        #expect(state.damaged.count == 1)
        #expect(try await reload().damaged.isEmpty)
    }

    @Test("A database from before gets the table")
    func migration() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        await store.close()
        try await DatabaseQueue(path: directory.database).write { try OlderDatabase.revert($0, to: 3) }
        #expect(try await reload().answers.isEmpty)
    }
}
