import Testing

@testable import RelayControl

@Suite struct IdempotencyBookTests {
    private func ticket(_ key: String, _ owner: String = "a") -> IdempotencyTicket {
        IdempotencyTicket(name: .init(owner: owner, call: .create, key: key), digest: [1])
    }

    private func record(_ id: Int64, _ key: String, at time: Double) -> IdempotencyRecord {
        IdempotencyRecord(id: id, ticket: ticket(key), sessionID: "s", firstUser: 1, tokens: [7], createdAt: time)
    }

    private func draft(
        _ key: String,
        owner: String = "a",
        at time: Double = 0,
        in book: inout IdempotencyBook
    ) -> IdempotencyBook.Draft {
        book.draft(ticket(key, owner), sessionID: "s", firstUser: 1, tokens: [7], now: time)
    }

    @Test(
        "Of each API key the newest stay; the oldest leaves the disk with the commit that displaces it, and only once"
    )
    func displacement() {
        var book = IdempotencyBook(limit: 3)
        for id in 1...3 {
            let made = draft("k\(id)", in: &book)
            #expect(made.displaced.isEmpty)
            book.finish(made)
        }
        let other = draft("k1", owner: "b", in: &book)
        #expect(other.displaced.isEmpty)
        book.finish(other)
        let next = draft("k5", in: &book)
        #expect(next.displaced == [1])
        book.finish(next)
        #expect(book.count == 4)
        #expect(book.record(ticket("k1").name, now: 0) == nil)
        #expect(book.record(ticket("k1", "b").name, now: 0)?.id == 4)
        #expect(book.record(ticket("k2").name, now: 0)?.id == 2)
        #expect(book.expire(now: 0, most: 9).isEmpty)
    }

    @Test("Answers under way count, so that many at once displace one each")
    func concurrent() {
        var book = IdempotencyBook(limit: 3)
        for id in 1...3 { book.finish(draft("k\(id)", in: &book)) }
        let drafts = (4...6).map { draft("k\($0)", in: &book) }
        #expect(drafts.map(\.displaced) == [[1], [2], [3]])
        for draft in drafts { book.finish(draft) }
        #expect(book.count == 3 && book.expire(now: 0, most: 9).isEmpty)
    }

    @Test("What an abandoned answer would have displaced is gone, and leaves the disk later")
    func abandoned() {
        var book = IdempotencyBook(limit: 1)
        book.finish(draft("k1", in: &book))
        book.abandon(draft("k2", in: &book))
        #expect(book.count == 0 && book.expire(now: 0, most: 9) == [1])
        let next = draft("k3", in: &book)
        #expect(next.displaced.isEmpty)
        book.finish(next)
        #expect(book.count == 1)
    }

    @Test("However many come, no more is kept than there may be")
    func bounded() {
        var book = IdempotencyBook(limit: 100)
        var displaced: [Int64] = []
        for id in 1...5_000 {
            let made = draft("k\(id)", in: &book)
            displaced += made.displaced
            book.finish(made)
        }
        #expect(book.count == 100)
        #expect(displaced == Array(1...4_900))
        #expect(book.record(ticket("k4901").name, now: 0)?.id == 4_901)
        #expect(book.expire(now: 0, most: 9).isEmpty)
    }

    @Test("After a day an answer is not given again, and leaves the disk")
    func expiry() {
        var book = IdempotencyBook()
        book.load([record(2, "new", at: 100), record(1, "old", at: 0)])
        #expect(book.record(ticket("old").name, now: 86_399)?.id == 1)
        #expect(book.record(ticket("old").name, now: 86_400) == nil)
        #expect(book.expire(now: 86_400, most: 9) == [1])
        #expect(book.expire(now: 86_500, most: 9) == [2])
        #expect(book.count == 0)
        #expect(draft("next", in: &book).record.id == 3, "ids are not used again")
    }

    @Test("A name that is used again after its day has one record")
    func reuse() {
        var book = IdempotencyBook()
        book.finish(draft("k", at: 0, in: &book))
        book.finish(draft("k", at: 90_000, in: &book))
        #expect(book.count == 1)
        #expect(book.record(ticket("k").name, now: 90_001)?.id == 2)
        #expect(book.expire(now: 90_001, most: 9) == [1])
        #expect(book.expire(now: 90_001, most: 9).isEmpty)
    }

    @Test("What is let go of is let go of in portions, and comes back where the disk refuses")
    func portions() {
        var book = IdempotencyBook()
        book.load((1...5).map { record($0, "k\($0)", at: 0) })
        #expect(book.expire(now: 100_000, most: 2) == [1, 2])
        book.keepForLater([1, 2])
        #expect(book.expire(now: 100_000, most: 3) == [1, 2, 3])
        #expect(book.expire(now: 100_000, most: 9) == [4, 5])
    }
}
