import Testing

@testable import RelayControl

@Suite struct IdempotencyBookTests {
    private func record(_ id: Int64, _ key: String, owner: String = "a", at time: Double = 0) -> IdempotencyRecord {
        IdempotencyRecord(
            id: id,
            ticket: IdempotencyTicket(name: .init(owner: owner, call: .create, key: key), digest: [1]),
            sessionID: "s",
            firstUser: 1,
            tokens: [7],
            createdAt: time
        )
    }

    @Test("Of each API key the newest stay, and the oldest is displaced")
    func displacement() {
        var book = IdempotencyBook(limit: 3)
        for id in 1...3 {
            #expect(book.displaced(byOneOf: "a").isEmpty)
            book.insert(record(Int64(id), "k\(id)"))
        }
        book.insert(record(4, "k1", owner: "b"))
        #expect(book.displaced(byOneOf: "a") == [1])
        #expect(book.displaced(byOneOf: "b").isEmpty)
        book.insert(record(5, "k5"))
        #expect(book.count == 4)
        #expect(book.record(record(1, "k1").ticket.name, now: 0) == nil)
        #expect(book.record(record(4, "k1", owner: "b").ticket.name, now: 0)?.id == 4)
        #expect(book.record(record(2, "k2").ticket.name, now: 0)?.id == 2)
        #expect(book.expire(now: 0, most: 9) == [1], "the one displaced may be on disk still")
        #expect(book.expire(now: 0, most: 9).isEmpty)
    }

    @Test("After a day an answer is not given again, and leaves the disk")
    func expiry() {
        var book = IdempotencyBook()
        book.load([record(2, "new", at: 100), record(1, "old", at: 0)])
        #expect(book.record(record(1, "old").ticket.name, now: 86_399)?.id == 1)
        #expect(book.record(record(1, "old").ticket.name, now: 86_400) == nil)
        #expect(book.expire(now: 86_400, most: 9) == [1])
        #expect(book.expire(now: 86_500, most: 9) == [2])
        #expect(book.count == 0)
        #expect(book.newID() == 3, "ids are not used again")
    }

    @Test("A name that is used again after its day has one record")
    func reuse() {
        var book = IdempotencyBook()
        book.insert(record(1, "k", at: 0))
        book.insert(record(2, "k", at: 90_000))
        #expect(book.count == 1)
        #expect(book.record(record(2, "k").ticket.name, now: 90_001)?.id == 2)
        #expect(book.expire(now: 90_001, most: 9) == [1])
        #expect(book.expire(now: 90_001, most: 9).isEmpty)
    }

    @Test("What is let go of is let go of in portions, and comes back where the disk refuses")
    func portions() {
        var book = IdempotencyBook()
        for id in 1...5 { book.insert(record(Int64(id), "k\(id)")) }
        #expect(book.expire(now: 100_000, most: 2) == [1, 2])
        book.keepForLater([1, 2])
        #expect(book.expire(now: 100_000, most: 3) == [1, 2, 3])
        #expect(book.expire(now: 100_000, most: 9) == [4, 5])
    }
}
