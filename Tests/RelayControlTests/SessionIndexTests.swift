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

    @Test("A page past the end is empty, however far", arguments: [2, 1000, Int.max])
    func pastTheEnd(page: Int) {
        var index = SessionIndex()
        index.insert("a", sequence: 1)
        #expect(index.page(page, limit: 100).isEmpty)
    }
}
