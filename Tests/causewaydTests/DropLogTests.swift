import Logging
import RelayCore
import Testing

@testable import causewayd

@Suite struct DropLogTests {
    @Test func theFirstDropOfAReasonIsToldAtOnceAndTheRestOnceAMinute() {
        var log = DropLog(since: [:])
        let reason = PlaneCondition.drop(.oversize)
        #expect(log.lines([reason: 3], now: 1) == [.init(condition: reason, count: 3)])
        for second in 2...60 { #expect(log.lines([reason: 3 + UInt64(second)], now: Double(second)).isEmpty) }
        #expect(log.lines([reason: 100], now: 61) == [.init(condition: reason, count: 97)])
        #expect(log.lines([reason: 100], now: 1_000).isEmpty)
        // After a quiet time the next one is news again.
        #expect(log.lines([reason: 101], now: 1_001) == [.init(condition: reason, count: 1)])
    }

    @Test func oneReasonDoesNotSilenceAnother() {
        var log = DropLog(since: [:])
        #expect(log.lines([.drop(.oversize): 1], now: 1).count == 1)
        let lines = log.lines([.drop(.oversize): 2, .drop(.sendError): 1, .queueOverflow: 5], now: 2)
        #expect(lines.map(\.condition) == [.drop(.sendError), .queueOverflow])
    }

    @Test func whatWasCountedBeforeTheStartIsNoNews() {
        var log = DropLog(since: [.drop(.noHost): 1_000])
        #expect(log.lines([.drop(.noHost): 1_000], now: 1).isEmpty)
        #expect(log.lines([.drop(.noHost): 1_001], now: 2) == [.init(condition: .drop(.noHost), count: 1)])
    }

    @Test func allWorkersCountAndEveryConditionHasWords() {
        let pages = [CounterPage.allocate(), CounterPage.allocate()]
        defer { for page in pages { page.deallocate() } }
        pages[0].countDrop(.noHost, 2)
        pages[1].countDrop(.noHost, 3)
        let totals = PlaneCondition.totals(pages, overflows: 4)
        #expect(totals[.drop(.noHost)] == 5 && totals[.queueOverflow] == 4)
        #expect(totals.count == DropReason.allCases.count + 1)
        #expect(Set(PlaneCondition.allCases.map(\.words)).count == totals.count)
        #expect(Set(PlaneCondition.allCases.map(\.label)).count == totals.count)
        #expect(PlaneCondition.allCases.allSatisfy { $0.words.count < 300 })
    }

    @Test func whatTheKernelRefusedIsToldWithItsReason() {
        let page = CounterPage.allocate()
        defer { page.deallocate() }
        #expect(page.lastSendFailure == nil)
        page.set(.lastSendError, to: 1)
        let words = PlaneCondition.drop(.sendError).words(page.lastSendFailure)
        #expect(words.contains("EPERM") && words.contains("firewall"))
        #expect(PlaneCondition.drop(.sendError).words(nil) == PlaneCondition.drop(.sendError).words)
        #expect(PlaneCondition.drop(.noHost).words(page.lastSendFailure) == PlaneCondition.drop(.noHost).words)
        #expect(SendFailure(code: 77)?.name == "errno 77")
    }
}
