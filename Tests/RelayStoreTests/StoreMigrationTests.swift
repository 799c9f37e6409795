import GRDB
import RelayControl
import RelayStore
import Testing

/// A database that an earlier version wrote.
@Suite(.timeLimit(.minutes(10))) struct StoreMigrationTests {
    private let directory = TemporaryDirectory()

    /// FNV-1a with 64 bits, as every version has used it for its rows.
    private struct Checksum {
        private var state: UInt64 = 0xCBF2_9CE4_8422_2325

        init(_ table: String) { add(table) }

        var value: Int64 { Int64(bitPattern: state) }

        private mutating func add(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

        mutating func add(_ number: Int64) {
            for shift in 0..<8 { add(byte: UInt8(truncatingIfNeeded: number >> Int64(8 * shift))) }
        }

        mutating func add(_ text: String) {
            add(Int64(text.utf8.count))
            for byte in text.utf8 { add(byte: byte) }
        }

        mutating func addNothing() { add(byte: 0) }
    }

    /// A session of the schema's second version, with one user, as that version wrote it.
    private func writeOldSession(createdInGeneration: Int64) async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        await store.close()
        var user = Checksum("users")
        for number in [1, 1] as [Int64] { user.add(number) }
        user.add("1.2.3.4")
        user.add(77)
        var session = Checksum("sessions")
        session.add(1)
        session.add("0123456789ab-S")
        for number in [99, 2] as [Int64] { session.add(number) }
        session.addNothing()
        for number in [32_000, 32_001] as [Int64] { session.add(number) }
        session.addNothing()
        for number in [1, createdInGeneration, Int64(bitPattern: (5.5).bitPattern)] as [Int64] { session.add(number) }
        session.addNothing()
        for number in [1, user.value] as [Int64] { session.add(number) }
        let (userSum, sessionSum) = (user.value, session.value)
        try await DatabaseQueue(path: directory.database).write { db in
            try OlderDatabase.revert(db, to: 2)
            try db.execute(
                sql: "INSERT INTO users (session, number, address, token, checksum) VALUES (1, 1, '1.2.3.4', 77, ?)",
                arguments: [userSum]
            )
            try db.execute(
                sql: """
                    INSERT INTO sessions (sequence, id, token, next_user_number, dedicated_pair, server_port, client_port,
                        host_number, was_used, created_in_generation, created_at, webhook_url, user_count, users_digest,
                        checksum)
                    VALUES (1, '0123456789ab-S', 99, 2, NULL, 32000, 32001, NULL, 1, ?, 5.5, NULL, 1, ?, ?)
                    """,
                arguments: [createdInGeneration, userSum, sessionSum]
            )
        }
    }

    @Test("Rows from before connection ids were kept are whole, and count as if every start had given some")
    func oldRows() async throws {
        try await writeOldSession(createdInGeneration: 1)
        for start in 2...3 {
            let store = SQLiteSessionStore(directory: directory.state)
            let state = try await store.load()
            #expect(state.damaged.isEmpty)
            let session = try #require(state.sessions.first)
            #expect(session.users == [SessionUser(number: 1, address: "1.2.3.4", token: 77)])
            #expect(session.highestRejoinID == Int32(start - 1) << 20 - 1, "start \(start)")
            await store.close()
        }
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        let id = Int32(3 << 20)
        try await store.commit(
            .setConnectionID(number: 1, rejoinID: id, highest: id, sessionID: "0123456789ab-S")
        )
        await store.close()
        let again = SQLiteSessionStore(directory: directory.state)
        let state = try await again.load()
        #expect(state.damaged.isEmpty)
        #expect(state.sessions.first?.users.first?.rejoinID == id)
        #expect(state.sessions.first?.highestRejoinID == id)
        await again.close()
    }
}
