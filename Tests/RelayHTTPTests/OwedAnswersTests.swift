import Logging
import NIOEmbedded
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("Answers that clients have not read yet")
struct OwedAnswersTests {
    private static let start = ContinuousClock.now

    private static func debtor(_ id: UInt64, of source: UInt32?, isProven: Bool = false) -> OwedAnswers.Debtor {
        .init(id: id, source: source.map { IPAddress(ipv4: $0).sourceNetwork }, isProven: isProven)
    }

    private static func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("What is taken is owed no more, and what is left when a connection ends is not either")
    func paying() {
        var owed = OwedAnswers(total: 1_000, perSource: 500)
        #expect(owed.owe(300, by: Self.debtor(1, of: 1), now: Self.start).refusal == nil)
        #expect(owed.owe(200, by: Self.debtor(2, of: 1), now: Self.start).refusal == nil)
        #expect(owed.bytes == 500)
        owed.paid(100, by: 1, now: Self.start)
        #expect(owed.bytes == 400)
        owed.close(1)
        owed.paid(100, by: 1, now: Self.start)
        #expect(owed.bytes == 200)
        owed.paid(10_000, by: 2, now: Self.start)
        #expect(owed.bytes == 0)
    }

    @Test("What is made for a connection that has closed meanwhile is owed to nobody")
    func closedMeanwhile() {
        let book = OwedAnswersBook(total: 1 << 20, perSource: 1 << 20)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let table = ConnectionTable(
            name: "api.listen",
            limits: ListenerLimits(),
            trustsEverybody: false,
            owed: book,
            logger: logger,
            isExempt: { _ in false }
        )
        let source = IPAddress(ipv4: 1).sourceNetwork
        let connection = ServedConnection(
            id: 1,
            source: source,
            isProven: false,
            channel: EmbeddedChannel(),
            table: table
        )
        #expect(connection.reserve(5_000) == nil && book.bytes == 5_000)
        connection.closed()
        book.close(1)
        #expect(book.bytes == 0)
        _ = connection.reserve(5_000)
        _ = connection.owe(5_000)
        #expect(book.bytes == 0)
    }

    @Test("A source that owes as much as it may gets no more, while others do")
    func perSource() {
        var owed = OwedAnswers(total: 10_000, perSource: 500)
        #expect(owed.owe(400, by: Self.debtor(1, of: 1), now: Self.start).refusal == nil)
        let second = owed.owe(200, by: Self.debtor(2, of: 1), now: Self.start)
        #expect(second.refusal == .source && second.cut.isEmpty)
        #expect(owed.owe(400, by: Self.debtor(3, of: 2), now: Self.start).refusal == nil)
        #expect(owed.bytes == 800)
    }

    @Test("Whoever owes nothing may owe one answer of any size")
    func large() {
        var owed = OwedAnswers(total: 1_000, perSource: 500)
        #expect(owed.owe(5_000, by: Self.debtor(1, of: 1), now: Self.start).refusal == nil)
        #expect(owed.owe(1, by: Self.debtor(2, of: 2), now: Self.start).refusal == .total)
    }

    @Test("Who stopped reading makes room, longest first, and no more of them than are needed")
    func cutting() {
        var owed = OwedAnswers(total: 10_000, perSource: 500)
        for (id, time) in [(UInt64(1), 1.0), (2, 0.0), (3, 5.0)] {
            #expect(owed.owe(150, by: Self.debtor(id, of: 1), now: Self.at(time)).refusal == nil)
        }
        let next = owed.owe(150, by: Self.debtor(4, of: 1), now: Self.at(6))
        #expect(next.refusal == nil && next.cut == [2])
        owed.progress(1, now: Self.at(6.5))
        let after = owed.owe(150, by: Self.debtor(5, of: 1), now: Self.at(6.6))
        #expect(after.refusal == .source && after.cut.isEmpty, "all of them read, or have not had the time to")
        #expect(owed.bytes == 450)
    }

    @Test("A quarter is kept for connections with a key, and strangers do not cut those off")
    func keptForKeys() {
        var owed = OwedAnswers(total: 1_000, perSource: 10_000)
        #expect(owed.owe(750, by: Self.debtor(1, of: 1), now: Self.start).refusal == nil)
        #expect(owed.owe(1, by: Self.debtor(2, of: 2), now: Self.start).refusal == .total)
        #expect(owed.owe(250, by: Self.debtor(3, of: 3, isProven: true), now: Self.start).refusal == nil)
        let stranger = owed.owe(800, by: Self.debtor(4, of: 4), now: Self.at(10))
        #expect(stranger.refusal == .total && stranger.cut == [1])
        #expect(owed.bytes == 250)
    }

    @Test("What stands for many has no share of its own, only that of all")
    func exempt() {
        var owed = OwedAnswers(total: 10_000, perSource: 100)
        #expect(owed.owe(5_000, by: Self.debtor(1, of: nil), now: Self.start).refusal == nil)
        #expect(owed.owe(2_500, by: Self.debtor(2, of: nil), now: Self.start).refusal == nil)
        #expect(owed.owe(1, by: Self.debtor(3, of: nil), now: Self.start).refusal == .total)
    }
}
