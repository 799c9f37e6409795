import Glibc
import RelayControl
import RelayCore
import RelayStore
import TestDisk
import Testing

@Suite(.timeLimit(.minutes(10))) struct StoreFullDiskTests {
    private func outcome(_ store: SQLiteSessionStore, _ change: StoreChange) async -> SessionStoreError.Kind? {
        do throws(SessionStoreError) {
            try await store.commit(change)
            return nil
        } catch { return error.kind }
    }

    @Test(
        "On a full disk new sessions are refused, removals are durable, and after making room everything works again",
        .enabled(if: SmallDisk.obstacle == nil, Comment(rawValue: SmallDisk.obstacle ?? ""))
    )
    func fullDisk() async throws {
        let disk = SmallDisk(megabytes: 24)
        let state = "\(disk.path)/state"
        let options = StoreOptions(ballastSize: 4 << 20)
        var generator = SeededGenerator(seed: 1)
        let store = SQLiteSessionStore(directory: state, options: options)
        _ = try await store.load()
        #expect(size(of: "\(state)/ballast") == 4 << 20)
        disk.fill(leaving: 2048)

        var sessions: [Session] = []
        var refusal: SessionStoreError.Kind?
        for sequence: Int64 in 1...100_000 {
            let session = Session.sample(sequence, users: 50, using: &generator)
            refusal = await outcome(store, .createSession(session, webhook: nil))
            if refusal != nil { break }
            sessions.append(session)
        }
        #expect(refusal == .diskFull)
        #expect(sessions.count > 10)

        // Every removal finds room, also far more than one write's worth.
        let victims = sessions.prefix(sessions.count / 2)
        for session in victims {
            let removal = StoreChange.removeSession(id: session.id, token: session.token, endedAt: 5)
            #expect(await outcome(store, removal) == nil)
        }
        let last = try #require(sessions.last)
        #expect(await outcome(store, .revokeUser(number: 7, sessionID: last.id)) == nil)
        #expect(size(of: "\(state)/ballast") == 0)
        await store.close()

        disk.empty()
        let again = SQLiteSessionStore(directory: state, options: options)
        let found = try await again.load()
        var expected = Array(sessions.dropFirst(victims.count))
        expected[expected.count - 1].users.remove(at: 6)
        #expect(found.sessions == expected)
        #expect(found.damaged.isEmpty)
        #expect(size(of: "\(state)/ballast") == 4 << 20)
        #expect(await outcome(again, .createSession(Session.sample(200_000, using: &generator), webhook: nil)) == nil)
        await again.close()
    }

    @Test(
        "A removal that shares its transaction with the session that fills the disk is durable",
        .enabled(if: SmallDisk.obstacle == nil, Comment(rawValue: SmallDisk.obstacle ?? ""))
    )
    func mixedGroup() async throws {
        let disk = SmallDisk(megabytes: 24)
        let state = "\(disk.path)/state"
        var generator = SeededGenerator(seed: 2)
        let store = SQLiteSessionStore(directory: state, options: StoreOptions(ballastSize: 4 << 20))
        _ = try await store.load()
        let old = (1...8).map { Session.sample($0, users: 4, using: &generator) }
        for session in old { try await store.commit(.createSession(session, webhook: nil)) }
        disk.fill(leaving: 64)
        let large = (9...40).map { Session.sample($0, users: 1000, using: &generator) }
        let outcomes = await withTaskGroup(of: (Bool, SessionStoreError.Kind?).self) { group in
            for session in large {
                group.addTask { (false, await outcome(store, .createSession(session, webhook: nil))) }
            }
            for session in old {
                group.addTask {
                    (true, await outcome(store, .removeSession(id: session.id, token: session.token, endedAt: 9)))
                }
            }
            var all: [(Bool, SessionStoreError.Kind?)] = []
            for await result in group { all.append(result) }
            return all
        }
        #expect(outcomes.filter(\.0).allSatisfy { $0.1 == nil })
        #expect(outcomes.contains { !$0.0 && $0.1 == .diskFull })
        await store.close()
        disk.empty()
        let again = SQLiteSessionStore(directory: state)
        let found = try await again.load()
        #expect(Set(found.sessions.map(\.sequence)).isDisjoint(with: 1...8))
        #expect(found.reservedTokens.count == 8)
        #expect(found.damaged.isEmpty)
        await again.close()
    }

    @Test("A database at its largest size refuses new sessions, and goes on when there is room")
    func maxPages() async throws {
        let directory = TemporaryDirectory()
        var generator = SeededGenerator(seed: 3)
        let store = SQLiteSessionStore(
            directory: directory.state,
            options: StoreOptions(ballastSize: 4096, maxPages: 62)
        )
        _ = try await store.load()
        var sessions: [Session] = []
        var refusal: SessionStoreError.Kind?
        for sequence: Int64 in 1...10_000 {
            let session = Session.sample(sequence, users: 40, using: &generator)
            refusal = await outcome(store, .createSession(session, webhook: nil))
            if refusal != nil { break }
            sessions.append(session)
        }
        #expect(refusal == .diskFull)
        #expect(await store.isHealthy)
        for session in sessions.prefix(10) {
            #expect(await outcome(store, .removeSession(id: session.id, token: session.token, endedAt: 5)) == nil)
        }
        let next = Session.sample(20_000, users: 40, using: &generator)
        #expect(await outcome(store, .createSession(next, webhook: nil)) == nil)
        await store.close()
        let again = SQLiteSessionStore(directory: directory.state)
        #expect(try await again.load().sessions == Array(sessions.dropFirst(10)) + [next])
        await again.close()
    }

    @Test("After a disk error changes are refused, until the database opens anew with everything that was acknowledged")
    func diskError() async {
        await #expect(processExitsWith: .success) {
            // RLIMIT_FSIZE makes write(2) fail with EFBIG, which SQLite reports as an I/O error; it holds for the whole
            // process, hence the process of its own.
            signal(SIGXFSZ, SIG_IGN)
            let directory = TemporaryDirectory()
            var generator = SeededGenerator(seed: 4)
            let store = SQLiteSessionStore(
                directory: directory.state,
                options: StoreOptions(ballastSize: 0, reopenPause: .milliseconds(50))
            )
            _ = try await store.load()
            let first = Session.sample(1, using: &generator)
            try await store.commit(.createSession(first, webhook: nil))

            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let unlimited = limit
            limit.rlim_cur = rlim_t(size(of: directory.database + "-wal") + 100)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            for sequence: Int64 in 2...4 {
                do throws(SessionStoreError) {
                    try await store.commit(.createSession(.sample(sequence, using: &generator), webhook: nil))
                    Issue.record("commit \(sequence) should have failed")
                } catch {
                    #expect(error.kind == .other)
                    #expect(error.message.contains("disk of the state directory"))
                }
            }
            #expect(await !store.isHealthy)

            limit = unlimited
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            try await Task.sleep(for: .milliseconds(60))
            let second = Session.sample(9, using: &generator)
            try await store.commit(.createSession(second, webhook: nil))
            try await store.commit(.markUsed(sessionID: first.id))
            await store.close()
            let again = SQLiteSessionStore(directory: directory.state)
            let state = try await again.load()
            #expect(state.sessions.map(\.sequence) == [1, 9])
            #expect(state.sessions.first?.wasUsed == true)
            await again.close()
        }
    }
}
