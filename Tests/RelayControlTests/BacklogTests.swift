import Testing

@testable import RelayControl

@Suite struct BacklogTests {
    @Test("A job that waits already is not queued twice, one that runs is run again")
    func coalescing() {
        var backlog = Backlog<String>(limit: 8)
        backlog.add("a")
        backlog.add("a")
        #expect(backlog.start() == "a")
        #expect(backlog.start() == nil)
        backlog.add("a")
        #expect(backlog.start() == "a")
    }

    @Test("No more jobs run at a time than the limit allows")
    func limit() {
        var backlog = Backlog<Int>(limit: 2)
        for job in 1...3 { backlog.add(job) }
        #expect(backlog.start() == 1)
        #expect(backlog.start() == 2)
        #expect(backlog.start() == nil)
        backlog.finished(1, succeeded: true)
        #expect(backlog.start() == 3)
    }

    @Test("What failed waits for retryStalled, and what was settled meanwhile is dropped")
    func stalling() {
        var backlog = Backlog<Int>(limit: 8)
        for job in 1...2 {
            backlog.add(job)
            #expect(backlog.start() == job)
            backlog.finished(job, succeeded: false)
        }
        #expect(backlog.start() == nil)
        #expect(!backlog.isEmpty)
        backlog.settle(2)
        backlog.retryStalled()
        #expect(backlog.start() == 1)
        #expect(backlog.start() == nil)
        backlog.finished(1, succeeded: true)
        #expect(backlog.isEmpty)
    }
}
