import RelayControl
import Testing

@Suite struct SessionIndexTests {
    @Test("Random use lists what a sorted array lists", arguments: 1...20)
    func randomUse(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var index = SessionIndex()
        var model: [Int64: String] = [:]
        for step in 0..<600 {
            let sequence = Int64(random.below(400))
            if random.below(3) > 0 {
                if model[sequence] == nil, step % 7 != 0 || sequence % 2 == 0 {
                    // A sequence is never used twice.
                    guard index.page(1, limit: .max).contains("s\(sequence)") == false else { continue }
                    index.insert("s\(sequence)", sequence: sequence)
                    model[sequence] = "s\(sequence)"
                }
            } else {
                index.remove(sequence: sequence)
                model[sequence] = nil
            }
            #expect(index.count == model.count)
        }
        let newestFirst = model.sorted { $0.key > $1.key }.map(\.value)
        let limit = 1 + random.below(30)
        for page in 1...(newestFirst.count / limit + 2) {
            #expect(index.page(page, limit: limit) == Array(newestFirst.dropFirst((page - 1) * limit).prefix(limit)))
        }
    }

    @Test("From any place on, the rest follows in order, whatever ended in between", arguments: 1...20)
    func cursor(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var index = SessionIndex()
        for sequence in 1...Int64(200) { index.insert("s\(sequence)", sequence: sequence) }
        var alive = Set<Int64>(1...200)
        var seen: [String] = []
        var place: Int64?
        repeat {
            let (ids, next) = index.page(before: place, limit: 1 + random.below(12))
            let expected = alive.filter { $0 < place ?? .max }.sorted(by: >)
            #expect(ids == expected.prefix(ids.count).map { "s\($0)" })
            #expect((next == nil) == (ids.count == expected.count))
            #expect(next.map { "s\($0)" } == (next == nil ? nil : ids.last))
            seen += ids
            place = next
            for _ in 0..<10 {
                let sequence = Int64(1 + random.below(200))
                index.remove(sequence: sequence)
                alive.remove(sequence)
            }
        } while place != nil
        #expect(Set(seen).count == seen.count)
        #expect(alive.allSatisfy { seen.contains("s\($0)") }, "nobody who lived all the time is missing")
        #expect(index.page(before: 0, limit: 5).ids.isEmpty)
    }

    @Test("A page past the end is empty, however far", arguments: [2, 1000, Int.max])
    func pastTheEnd(page: Int) {
        var index = SessionIndex()
        index.insert("a", sequence: 1)
        #expect(index.page(page, limit: 100).isEmpty)
    }
}
