import GRDB
import Glibc
import RelayControl
import RelayCore
import RelayStore
import Testing

@Suite(.timeLimit(.minutes(10))) struct StoreDamageTests {
    let directory = TemporaryDirectory()

    /// A database with a bit of everything, closed.
    private func fill(sessions count: Int64 = 3, seed: UInt64 = 1) async throws -> [Session] {
        var generator = SeededGenerator(seed: seed)
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        var sessions: [Session] = []
        for sequence in 1...count {
            let session = Session.sample(sequence, users: 4, using: &generator)
            try await store.commit(
                .createSession(session, webhook: .sample(sequence, sessionID: session.id))
            )
            sessions.append(session)
        }
        try await store.commit(.removeSession(id: "gone-S", token: 5, endedAt: 50))
        await store.close()
        return sessions
    }

    private func edit(_ sql: String) throws {
        let queue = try DatabaseQueue(path: directory.database)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func reload() async throws -> StoredState {
        let store = SQLiteSessionStore(directory: directory.state)
        let state = try await store.load()
        await store.close()
        return state
    }

    @Test("A damaged user's row costs that user, once, and is kept aside")
    func damagedUser() async throws {
        var sessions = try await fill()
        try edit("UPDATE users SET token = token + 1 WHERE session = 2 AND number = 3")
        sessions[1].users.remove(at: 2)
        let state = try await reload()
        #expect(state.sessions == sessions)
        #expect(state.damaged.count == 1)
        let kept = try await DatabaseQueue(path: directory.database).read { db in
            try String.fetchAll(db, sql: "SELECT source FROM quarantine")
        }
        #expect(kept == ["users"])
        let again = try await reload()
        #expect(again.sessions == sessions)
        #expect(again.damaged.isEmpty)
    }

    @Test(
        "A damaged session's row costs that session with its users",
        arguments: [
            "token = token + 1", "id = 'ffffffffffff-S'", "server_port = 1", "host_number = 1", "created_at = 7",
            "users_digest = 0", "user_count = 5", "checksum = 0", "next_user_number = 1", "was_used = 1",
            "webhook_url = ''",
        ]
    )
    func damagedSession(change: String) async throws {
        let sessions = try await fill()
        try edit("UPDATE sessions SET \(change) WHERE sequence = 2")
        let state = try await reload()
        #expect(state.sessions == [sessions[0], sessions[2]])
        #expect(!state.damaged.isEmpty)
        #expect(try await reload().damaged.isEmpty)
    }

    @Test("A user's row that came back from the dead costs the session, since a revoked token must not work again")
    func resurrectedUser() async throws {
        let sessions = try await fill()
        let row = try await DatabaseQueue(path: directory.database).read { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT quote(session) || ',' || quote(number) || ',' || quote(address) || ',' || quote(token) || ','
                        || quote(checksum) FROM users WHERE session = 2 AND number = 1
                    """
            )
        }
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        try await store.commit(.revokeUser(number: 1, sessionID: sessions[1].id))
        await store.close()
        try edit("INSERT INTO users (session, number, address, token, checksum) VALUES (\(try #require(row)))")
        let state = try await reload()
        #expect(state.sessions == [sessions[0], sessions[2]])
        #expect(state.damaged.contains { $0.contains(sessions[1].id) })
    }

    @Test("A session's row that came back after the session ended is not served")
    func resurrectedSession() async throws {
        let sessions = try await fill()
        let path = directory.database
        let old = readFile(path)
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        try await store.commit(
            .removeSession(id: sessions[0].id, token: sessions[0].token, endedAt: sessions[0].createdAt + 5)
        )
        await store.close()
        writeFile(path + ".old", old)
        try edit(
            """
            ATTACH '\(path).old' AS old;
            INSERT INTO sessions SELECT * FROM old.sessions WHERE sequence = 1;
            INSERT INTO users SELECT * FROM old.users WHERE session = 1;
            """
        )
        let state = try await reload()
        #expect(state.sessions == [sessions[1], sessions[2]])
        #expect(state.damaged.contains { $0.contains("came back") })
    }

    @Test(
        "Damaged rows of other tables are set aside and reported",
        arguments: ["UPDATE webhooks SET url = 'http://evil' WHERE id = 2", "UPDATE ended_tokens SET ended_at = 9"]
    )
    func otherTables(change: String) async throws {
        let sessions = try await fill()
        try edit(change)
        let state = try await reload()
        #expect(state.sessions == sessions)
        #expect(state.damaged.count == 1)
        #expect(state.pendingWebhooks.count + state.reservedTokens.count == 3)
        #expect(try await reload().damaged.isEmpty)
    }

    @Test("Without a trustworthy count of starts nothing is served: ids of rejoining players could repeat")
    func damagedGeneration() async throws {
        _ = try await fill()
        try edit("UPDATE meta SET value = 1 WHERE name = 'generation'; DELETE FROM meta WHERE name = 'x'")
        try edit("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
        await #expect(throws: SessionStoreError.self) { try await reload() }
        try edit("DELETE FROM meta WHERE name = 'generation'")
        await #expect(throws: SessionStoreError.self) { try await reload() }
    }

    @Test("Random flipped bits never crash the store and never bring up a token that is not right", arguments: 0..<4)
    func flippedBits(part: UInt64) async throws {
        let sessions = try await fill(sessions: 12, seed: part)
        let right = Dictionary(uniqueKeysWithValues: sessions.map { ($0.id, $0) })
        let bytes = readFile(directory.database)
        var generator = SeededGenerator(seed: part)
        var (refused, reported, harmless) = (0, 0, 0)
        for _ in 0..<750 {
            let bit = Int.random(in: 0..<(bytes.count * 8), using: &generator)
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            for suffix in ["-wal", "-shm"] { unlink(directory.database + suffix) }
            writeFile(directory.database, damaged)
            let store = SQLiteSessionStore(
                directory: directory.state,
                options: StoreOptions(ballastSize: 0, acceptsLostTail: true)
            )
            do throws(SessionStoreError) {
                let state = try await store.load()
                for session in state.sessions { try check(session, against: right[session.id], bit: bit) }
                #expect(state.reservedTokens.keys.allSatisfy { $0 == 5 }, "bit \(bit)")
                let isWhole =
                    state.sessions == sessions && state.pendingWebhooks.count == 12 && state.reservedTokens.count == 1
                if isWhole { harmless += 1 } else { reported += 1 }
                #expect(isWhole || !state.damaged.isEmpty, "bit \(bit) lost something silently")
                await store.close()
            } catch {
                refused += 1
            }
        }
        // The three ways out all occur, so the flips do reach the data.
        #expect(refused > 0 && reported > 0 && harmless > 0, "\(refused) \(reported) \(harmless)")
    }

    /// A served session is the right one, except that damaged users may be missing.
    private func check(_ session: Session, against right: Session?, bit: Int) throws(SessionStoreError) {
        guard var expected = right else {
            Issue.record("bit \(bit) made up a session")
            return
        }
        let numbers = Set(session.users.map(\.number))
        expected.users.removeAll { !numbers.contains($0.number) }
        #expect(session == expected, "bit \(bit)")
    }

    @Test("A database cut short anywhere never crashes the store and never brings up a wrong token")
    func truncated() async throws {
        let sessions = try await fill(sessions: 12)
        let right = Dictionary(uniqueKeysWithValues: sessions.map { ($0.id, $0) })
        let bytes = readFile(directory.database)
        for length in stride(from: 1, to: bytes.count, by: 509) {
            for suffix in ["-wal", "-shm"] { unlink(directory.database + suffix) }
            writeFile(directory.database, Array(bytes[..<length]))
            let store = SQLiteSessionStore(
                directory: directory.state,
                options: StoreOptions(ballastSize: 0, acceptsLostTail: true)
            )
            do throws(SessionStoreError) {
                let state = try await store.load()
                for session in state.sessions { try check(session, against: right[session.id], bit: length) }
                await store.close()
            } catch {
                #expect(error.kind == .damaged || error.kind == .other, "length \(length): \(error)")
            }
        }
    }
}
