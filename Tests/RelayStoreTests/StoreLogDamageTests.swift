import Glibc
import RelayControl
import RelayCore
import Testing

@testable import RelayStore

@Suite(.timeLimit(.minutes(10))) struct StoreLogDamageTests {
    let directory = TemporaryDirectory()

    /// A database as a power loss leaves it: everything since the start is in the log.
    private func crashed(sessions count: Int64) async throws -> (file: [UInt8], log: [UInt8], sessions: [Session]) {
        var generator = SeededGenerator(seed: 1)
        let store = SQLiteSessionStore(directory: directory.state, options: StoreOptions(ballastSize: 0))
        _ = try await store.load()
        var sessions: [Session] = []
        for sequence in 1...count {
            let session = Session.sample(sequence, using: &generator)
            try await store.commit(.createSession(session, webhook: nil))
            sessions.append(session)
        }
        let crashed = (readFile(directory.database), readFile(directory.database + "-wal"), sessions)
        await store.close()
        return crashed
    }

    private func load(_ file: [UInt8], _ log: [UInt8]) async throws(SessionStoreError) -> [Session] {
        unlink(directory.database + "-shm")
        writeFile(directory.database, file)
        writeFile(directory.database + "-wal", log)
        // The mark beside the database tells more than what is tested here: what its log alone does.
        let options = StoreOptions(ballastSize: 0, acceptsLostTail: true)
        let store = SQLiteSessionStore(directory: directory.state, options: options)
        let sessions = try await store.load().sessions
        await store.close()
        return sessions
    }

    @Test("A log cut off anywhere is what a power loss leaves: the transactions before the cut are there")
    func tornTail() async throws {
        let (file, log, sessions) = try await crashed(sessions: 10)
        #expect(try await load(file, log) == sessions)
        for length in stride(from: log.count - 1, to: log.count / 2, by: -1777) {
            let found = try await load(file, Array(log[..<length]))
            #expect(found == Array(sessions.prefix(found.count)), "length \(length)")
        }
    }

    @Test("A transaction torn by power loss, its commit frame written and a frame before it not, is no damage")
    func tornTransaction() async throws {
        let (file, log, sessions) = try await crashed(sessions: 10)
        let frameSize = 24 + 4096
        // The last transaction has several frames; its first is lost, its last was written.
        var torn = log
        let frames = (log.count - 32) / frameSize
        for byte in 32 + (frames - 2) * frameSize..<32 + (frames - 1) * frameSize { torn[byte] = 0 }
        #expect(try await load(file, torn) == Array(sessions.dropLast()))
    }

    @Test("A flipped bit in the log is refused, or costs no more than a power loss could: the last transaction")
    func flippedBits() async throws {
        let (file, log, sessions) = try await crashed(sessions: 10)
        var generator = SeededGenerator(seed: 2)
        var (refused, served) = (0, 0)
        for _ in 0..<600 {
            let bit = Int.random(in: 0..<(log.count * 8), using: &generator)
            var damaged = log
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            do throws(SessionStoreError) {
                let found = try await load(file, damaged)
                #expect(found == sessions || found == Array(sessions.dropLast()), "bit \(bit)")
                served += 1
            } catch {
                #expect(error.kind == .damaged, "bit \(bit): \(error)")
                refused += 1
            }
        }
        #expect(refused > 400 && served > 0, "\(refused) \(served)")
    }

    @Test("A log without content is fine", arguments: [0, 31, 32, 4096])
    func empty(count: Int) {
        #expect(WriteAheadLog.finding(in: Array(repeating: 0, count: count)) == nil)
    }
}
