import GRDB
import Glibc
import RelayControl
import RelayCore
import RelayStore
import Synchronization
import Testing

/// Remembers a mark, as the data plane's memory does.
private final class Memory: Sendable {
    private let mark: Mutex<CommitMark?>

    init(_ mark: CommitMark? = nil) { self.mark = Mutex(mark) }

    var last: CommitMark? { mark.withLock { $0 } }

    var witness: CommitWitness { CommitWitness(remembered: last) { mark in self.mark.withLock { $0 = mark } } }
}

/// The files of a state directory at one moment, as a SIGKILL leaves them.
private struct Image {
    static let names = ["causeway.db", "causeway.db-wal", "causeway.db-shm", "commit-mark", "ballast"]

    var files: [String: [UInt8]] = [:]

    init(_ directory: String) {
        for name in Self.names where access("\(directory)/\(name)", F_OK) == 0 {
            files[name] = readFile("\(directory)/\(name)")
        }
    }

    func write(to directory: String) {
        _ = mkdir(directory, 0o700)
        for name in Self.names { unlink("\(directory)/\(name)") }
        for (name, bytes) in files { writeFile("\(directory)/\(name)", bytes) }
    }
}

@Suite(.timeLimit(.minutes(10))) struct LostTailTests {
    let directory = TemporaryDirectory()

    /// Some history, images of it on the way, and what has to be there in the end.
    private struct History {
        var images: [Image]
        var mark: CommitMark
        var sessions: [Session]
        var revoked: Set<UInt32>
    }

    private func store(accepting: Bool = false, _ memory: Memory? = nil) -> SQLiteSessionStore {
        SQLiteSessionStore(
            directory: directory.state,
            options: StoreOptions(ballastSize: 4096, acceptsLostTail: accepting),
            witness: memory?.witness
        )
    }

    /// Creates sessions, revokes users and deletes sessions, and never closes the store before the last image is taken.
    private func history(seed: UInt64) async throws -> History {
        var generator = SeededGenerator(seed: seed)
        let memory = Memory()
        var store = store(memory)
        _ = try await store.load()
        var images = [Image(directory.state)]
        var sessions: [Session] = []
        var revoked: Set<UInt32> = []
        for step: Int64 in 1...12 {
            let session = Session.sample(step, users: 3, using: &generator)
            try await store.commit(.createSession(session, webhook: nil))
            sessions.append(session)
            images.append(Image(directory.state))
            if step == 5 {
                // What came before is in the database file from here on, the rest in the log.
                await store.close()
                store = self.store(memory)
                _ = try await store.load()
            }
            let index = Int.random(in: 0..<sessions.count, using: &generator)
            if step % 4 == 0 {
                let gone = sessions.remove(at: index)
                try await store.commit(.removeSession(id: gone.id, token: gone.token, endedAt: 2_000_000_000))
                revoked.formUnion(gone.users.map(\.token))
            } else if let user = sessions[index].users.last {
                try await store.commit(.revokeUser(number: user.number, sessionID: sessions[index].id))
                sessions[index].users.removeLast()
                revoked.insert(user.token)
            }
        }
        images.append(Image(directory.state))
        let mark = try #require(memory.last)
        await store.close()
        images.append(Image(directory.state))
        return History(images: images, mark: mark, sessions: sessions, revoked: revoked)
    }

    private static let keepers: [(file: Bool, memory: Bool)] = [(true, false), (false, true), (true, true)]

    private enum Damage: CaseIterable {
        case deleteDatabase, deleteLog, deleteBoth, emptyDatabase, emptyLog, emptyBoth, cutDatabase, cutLog, olderBoth
        case olderDatabase, olderLog, otherDatabase, deleteAllButMark, deleteAll

        func apply(to image: inout Image, _ history: [Image], _ other: Image, _ generator: inout SeededGenerator) {
            let (database, log) = ("causeway.db", "causeway.db-wal")
            func cut(_ name: String) {
                guard let bytes = image.files[name], !bytes.isEmpty else { return }
                image.files[name] = Array(bytes[..<Int.random(in: 0..<bytes.count, using: &generator)])
            }
            func restore(_ name: String, from older: Image) { image.files[name] = older.files[name] }
            let older = history[Int.random(in: 0..<history.count - 3, using: &generator)]
            image.files["causeway.db-shm"] = nil
            switch self {
            case .deleteDatabase: image.files[database] = nil
            case .deleteLog: image.files[log] = nil
            case .deleteBoth: (image.files[database], image.files[log]) = (nil, nil)
            case .emptyDatabase: image.files[database] = []
            case .emptyLog: image.files[log] = []
            case .emptyBoth: (image.files[database], image.files[log]) = ([], [])
            case .cutDatabase: cut(database)
            case .cutLog: cut(log)
            case .olderBoth: for name in [database, log] { restore(name, from: older) }
            case .olderDatabase: restore(database, from: older)
            case .olderLog: restore(log, from: older)
            case .otherDatabase: for name in [database, log] { restore(name, from: other) }
            case .deleteAllButMark: image.files = ["commit-mark": image.files["commit-mark"] ?? []]
            case .deleteAll: image.files = [:]
            }
        }
    }

    /// A database of another relay that had come farther.
    private func otherDatabase() async throws -> Image {
        let elsewhere = TemporaryDirectory()
        var generator = SeededGenerator(seed: 77)
        let store = SQLiteSessionStore(directory: elsewhere.state, options: StoreOptions(ballastSize: 0))
        _ = try await store.load()
        for step: Int64 in 1...60 {
            try await store.commit(.createSession(.sample(step, using: &generator), webhook: nil))
        }
        await store.close()
        return Image(elsewhere.state)
    }

    @Test("Whatever is lost of the database, it is refused or everything is as acknowledged", arguments: 0..<6)
    func trials(seed: UInt64) async throws {
        let history = try await history(seed: seed)
        let other = try await otherDatabase()
        var generator = SeededGenerator(seed: seed)
        var (refused, whole) = (0, 0)
        for (number, damage) in Damage.allCases.enumerated() {
            for final in history.images.suffix(2) {
                // What remembers: the file, the plane's memory, or both. An empty directory is a new one to the file.
                for keeps in Self.keepers {
                    if case .deleteAll = damage, !keeps.memory { continue }
                    var image = final
                    damage.apply(to: &image, history.images, other, &generator)
                    if !keeps.file, damage != .deleteAllButMark { image.files["commit-mark"] = nil }
                    image.write(to: directory.state)
                    let store = store(keeps.memory ? Memory(history.mark) : nil)
                    do throws(SessionStoreError) {
                        let state = try await store.load()
                        await store.close()
                        whole += 1
                        #expect(
                            state.sessions == history.sessions,
                            "\(damage) was accepted silently, \(number) \(keeps)"
                        )
                    } catch {
                        refused += 1
                        #expect(error.message.contains("causeway.db"), "\(error)")
                        #expect([.lostTail, .damaged].contains(error.kind), "\(damage): \(error)")
                    }
                }
            }
        }
        #expect(refused > 50, "\(refused) refused, \(whole) whole")
    }

    @Test("What a SIGKILL leaves at any moment is taken as it is")
    func healthy() async throws {
        let history = try await history(seed: 9)
        for image in history.images {
            image.write(to: directory.state)
            let store = store()
            _ = try await store.load()
            await store.close()
        }
        history.images[history.images.count - 2].write(to: directory.state)
        let store = store(Memory(history.mark))
        let state = try await store.load()
        #expect(state.sessions == history.sessions)
        #expect(state.lostTail == nil && state.lostTails == 0)
        await store.close()
    }

    @Test("Killed again and again on one directory, its mark is never ahead of a database", .timeLimit(.minutes(5)))
    func killedAgain() async throws {
        for round in 1...10 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = directory.state as String, round = round as Int] in
                let store = SQLiteSessionStore(directory: path, options: StoreOptions(ballastSize: 0, groupSize: 3))
                let state = try await store.load()
                let first = (state.sessions.map(\.sequence).max() ?? 0) + 1
                try await withThrowingDiscardingTaskGroup { group in
                    for caller: Int64 in 0..<6 {
                        group.addTask {
                            var generator = SeededGenerator(seed: UInt64(first + caller))
                            for step: Int64 in 0..<10_000 {
                                let session = Session.sample(first + caller + 6 * step, using: &generator)
                                try await store.commit(.createSession(session, webhook: nil))
                                if caller == 0, step == Int64(3 * round) { kill(getpid(), SIGKILL) }
                            }
                        }
                    }
                }
            }
        }
        let store = store()
        let state = try await store.load()
        #expect(state.sessions.count > 100)
        #expect(state.generation == 11)
        await store.close()
    }

    @Test("A loss that is accepted is counted, holds from then on, and the lost part cannot come back unseen")
    func accepted() async throws {
        let history = try await history(seed: 3)
        let final = history.images[history.images.count - 2]
        var image = final
        image.files["causeway.db-wal"] = nil
        image.files["causeway.db-shm"] = nil
        image.write(to: directory.state)
        await #expect(throws: SessionStoreError.self) { try await store().load() }
        let first = store(accepting: true, Memory(history.mark))
        let state = try await first.load()
        #expect(state.lostTails == 1)
        #expect(state.lostTail?.isPlaneCurrent == true)
        await first.close()

        let second = store()
        let again = try await second.load()
        #expect(again.lostTail == nil && again.lostTails == 1)
        await second.close()

        let marked = readFile("\(directory.state)/commit-mark")
        final.write(to: directory.state)
        writeFile("\(directory.state)/commit-mark", marked)
        do throws(SessionStoreError) {
            _ = try await store().load()
            Issue.record("the lost part came back")
        } catch {
            #expect(error.kind == .lostTail)
            #expect(error.message.contains("not the database that was here before"))
            #expect(error.message.contains("--accept-lost-tail"))
        }
    }

    @Test("Memory of another database, or one that is behind, is not what tells who was cut off")
    func memoryOfOthers() async throws {
        let history = try await history(seed: 4)
        var image = history.images[history.images.count - 2]
        image.files["causeway.db-wal"] = nil
        for mark in [
            nil, CommitMark(database: 5, sequence: 1_000), CommitMark(database: history.mark.database, sequence: 2),
        ] {
            image.write(to: directory.state)
            let store = store(accepting: true, Memory(mark))
            #expect(try await store.load().lostTail?.isPlaneCurrent == false)
            await store.close()
        }
    }

    @Test("A database of a version that kept no mark is taken, and has one from then on")
    func upgrade() async throws {
        let history = try await history(seed: 5)
        unlink("\(directory.state)/commit-mark")
        try await DatabaseQueue(path: directory.database).write { db in
            try db.execute(sql: "DELETE FROM meta WHERE name = 'database'")
        }
        let store = store()
        #expect(try await store.load().sessions == history.sessions)
        await store.close()
        #expect(size(of: "\(directory.state)/commit-mark") == 1024)
        #expect(mode(of: "\(directory.state)/commit-mark") == 0o600)
        unlink("\(directory.state)/commit-mark")
        await #expect(throws: SessionStoreError.self) { try await self.store().load() }
    }

    @Test("A torn mark leaves the one before it, and a mark that cannot be read at all is refused with words")
    func tornMark() async throws {
        let history = try await history(seed: 6)
        let mark = readFile("\(directory.state)/commit-mark")
        for slot in 0..<2 {
            var torn = mark
            for byte in 0..<24 { torn[slot * 512 + byte] = 0xEE }
            writeFile("\(directory.state)/commit-mark", torn)
            let store = store()
            #expect(try await store.load().sessions == history.sessions)
            await store.close()
            let image = Image(directory.state)
            image.write(to: directory.state)
        }
        writeFile("\(directory.state)/commit-mark", [1, 2, 3])
        do throws(SessionStoreError) {
            _ = try await store().load()
            Issue.record("it was taken")
        } catch {
            #expect(error.message.contains("commit-mark"))
        }
    }
}
