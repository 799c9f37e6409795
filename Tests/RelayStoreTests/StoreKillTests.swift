import Glibc
import RelayControl
import RelayCore
import RelayStore
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct StoreKillTests {
    @Test("Killed at any moment, the store has everything that it answered for", arguments: 1...12)
    func killed(round: Int) async throws {
        let directory = TemporaryDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String, round = round as Int] in
            let store = SQLiteSessionStore(
                directory: "\(path)/state",
                options: StoreOptions(ballastSize: 0, groupSize: 4)
            )
            _ = try await store.load()
            let answered = open("\(path)/answered", O_CREAT | O_WRONLY | O_APPEND, 0o600)
            let steps = StepCounter()
            try await withThrowingDiscardingTaskGroup { group in
                for caller in 0..<8 {
                    group.addTask {
                        var generator = SeededGenerator(seed: UInt64(caller))
                        for step in 0..<100_000 {
                            let session = Session.sample(Int64(caller + 8 * step + 1), using: &generator)
                            try await store.commit(.createSession(session, webhook: nil))
                            _ = "+\(session.id)\n".withCString { write(answered, $0, strlen($0)) }
                            if step % 3 == 0 {
                                // Noted before: cut off counts from the question, not only from the answer.
                                _ = "-\(session.id)\n".withCString { write(answered, $0, strlen($0)) }
                                try await store.commit(
                                    .removeSession(id: session.id, token: session.token, endedAt: 1)
                                )
                                _ = "!\(session.id)\n".withCString { write(answered, $0, strlen($0)) }
                            }
                            // Dies between, or in the middle of, other callers' transactions.
                            if steps.next() == round * 97 { kill(getpid(), SIGKILL) }
                        }
                    }
                }
            }
        }
        var (alive, asked, gone) = (Set<String>(), Set<String>(), Set<String>())
        for line in String(decoding: readFile("\(directory.path)/answered"), as: UTF8.self).split(separator: "\n") {
            let id = String(line.dropFirst())
            switch line.first {
            case "+": alive.insert(id)
            case "-": asked.insert(id)
            default: gone.insert(id)
            }
        }
        let store = SQLiteSessionStore(directory: directory.state)
        let state = try await store.load()
        await store.close()
        let found = Set(state.sessions.map(\.id))
        #expect(alive.count > 50)
        #expect(alive.subtracting(asked).isSubset(of: found))
        #expect(found.isDisjoint(with: gone))
        #expect(state.damaged.isEmpty)
        #expect(state.sessions.allSatisfy { $0.users.count == 3 })
    }
}

private final class StepCounter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
