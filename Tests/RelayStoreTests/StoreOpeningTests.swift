import GRDB
import Glibc
import RelayControl
import RelayStore
import Testing

@Suite(.timeLimit(.minutes(10))) struct StoreOpeningTests {
    let directory = TemporaryDirectory()

    private func failure(_ store: SQLiteSessionStore) async -> SessionStoreError? {
        do throws(SessionStoreError) {
            _ = try await store.load()
            await store.close()
            return nil
        } catch { return error }
    }

    @Test("Only the owner can read what the store creates")
    func modes() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        try await store.commit(.forgetReservedTokens(before: 0))
        #expect(mode(of: directory.state) == 0o700)
        for name in ["causeway.db", "causeway.db-wal", "causeway.db-shm", "lock", "ballast"] {
            #expect(mode(of: "\(directory.state)/\(name)") == 0o600, "\(name)")
        }
        await store.close()
    }

    @Test("Closing leaves one database file and no log")
    func closing() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        try await store.commit(.forgetReservedTokens(before: 0))
        #expect(size(of: directory.database + "-wal") > 0)
        await store.close()
        #expect(size(of: directory.database + "-wal") == 0)
        await #expect(throws: SessionStoreError.self) { try await store.commit(.forgetReservedTokens(before: 0)) }
    }

    @Test("Before it is loaded, the store refuses changes")
    func notLoaded() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        await #expect(throws: SessionStoreError.self) { try await store.commit(.forgetReservedTokens(before: 0)) }
    }

    @Test("A second daemon on the same directory is told who has it; when that one is gone, it may")
    func lock() async throws {
        let first = SQLiteSessionStore(directory: directory.state)
        _ = try await first.load()
        let second = SQLiteSessionStore(directory: directory.state)
        let error = try #require(await failure(second))
        #expect(error.kind == .locked)
        #expect(error.message.contains("(process \(getpid()))"))
        await first.close()
        #expect(await failure(second) == nil)
    }

    @Test("A directory whose parent does not exist is an error that names it")
    func noParent() async throws {
        let error = try #require(await failure(SQLiteSessionStore(directory: "\(directory.path)/a/b")))
        #expect(error.kind == .other)
        #expect(error.message.contains("\(directory.path)/a/b"))
    }

    @Test("A database of a newer Causeway is refused and left alone")
    func newerSchema() async throws {
        let store = SQLiteSessionStore(directory: directory.state)
        _ = try await store.load()
        await store.close()
        try await DatabaseQueue(path: directory.database).write { try $0.execute(sql: "PRAGMA user_version = 999") }
        let before = readFile(directory.database)
        let error = try #require(await failure(SQLiteSessionStore(directory: directory.state)))
        #expect(error.kind == .newerSchema)
        #expect(error.message.contains("999"))
        #expect(readFile(directory.database) == before)
    }

    @Test("A file that is no database, or another program's, is refused with what to do, and left alone")
    func foreign() async throws {
        _ = mkdir(directory.state, 0o700)
        let garbage = Array(repeating: Array("not a database. ".utf8), count: 600).flatMap { $0 }
        writeFile(directory.database, garbage)
        let error = try #require(await failure(SQLiteSessionStore(directory: directory.state)))
        #expect(error.kind == .damaged)
        #expect(error.message.contains("move causeway.db"))
        #expect(readFile(directory.database) == garbage)

        unlink(directory.database)
        try await DatabaseQueue(path: directory.database).write { try $0.execute(sql: "CREATE TABLE t (a)") }
        let other = try #require(await failure(SQLiteSessionStore(directory: directory.state)))
        #expect(other.kind == .damaged)
        #expect(other.message.contains("not a database of Causeway"))
    }

    @Test("A database that another program holds locked is an error that says so, and later changes work")
    func busy() async throws {
        let store = SQLiteSessionStore(
            directory: directory.state,
            options: StoreOptions(busyTimeout: 0.05)
        )
        _ = try await store.load()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let shell = try DatabaseQueue(path: directory.database, configuration: configuration)
        try await shell.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
        }
        do throws(SessionStoreError) {
            try await store.commit(.forgetReservedTokens(before: 0))
            Issue.record("the commit should have failed")
        } catch {
            #expect(error.kind == .locked)
        }
        try await shell.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        try await store.commit(.forgetReservedTokens(before: 0))
        try shell.close()
        await store.close()
    }
}
