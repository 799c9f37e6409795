import Glibc
import Testing

@testable import BenchKit

@Suite("Threads and their sockets")
struct ThreadPlanTests {
    private func plan(_ sessions: Int) -> RunPlan {
        var plan = RunPlan()
        plan.sessions = sessions
        plan.clients = 8
        plan.rate = 1
        return plan
    }

    @Test("Sockets that fit share one table, more get a table for each thread and threads enough")
    func tables() throws {
        let small = try ThreadPlan(plan(100), cores: 2, fittingSockets: 900)
        #expect(small.count == 1)
        #expect(!small.needOwnTables)
        let one = try ThreadPlan(plan(101), cores: 2, fittingSockets: 900)
        #expect(one.count == 2)
        #expect(one.needOwnTables)
        // 180,000 sockets where a process may have 20,000, 64 of them for other uses.
        let many = try ThreadPlan(plan(20_000), cores: 2, fittingSockets: 19_936)
        #expect(many.count == 10)
        #expect(many.turnInterval > 0)
        #expect(small.turnInterval == 0)
        #expect((20_000 + many.count - 1) / many.count * 9 <= 19_936)
    }

    @Test("A session that fits nowhere, and a search that would have to be split, are refused with the limit to raise")
    func refused() {
        let error = #expect(throws: BenchError.self) { try ThreadPlan(plan(10), cores: 2, fittingSockets: 8) }
        #expect(error?.description.contains("ulimit -n 154") == true)
        var search = plan(101)
        search.findsLossFree = true
        #expect(throws: BenchError.self) { try ThreadPlan(search, cores: 2, fittingSockets: 900) }
    }

    @Test("A thread with a table of its own has nothing open but the standard streams, and other threads keep theirs")
    func ownTable() async throws {
        let socket = try #require(TestSocket())
        let result = try await WorkerThread.run { () -> [Bool] in
            let isMade = DescriptorTable.makeOwn()
            return [isMade, TestSocket.isOpen(socket.descriptor)]
        }
        #expect(result == [true, false])
        #expect(TestSocket.isOpen(socket.descriptor))
        close(socket.descriptor)
    }
}
