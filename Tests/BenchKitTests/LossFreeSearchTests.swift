import Testing

@testable import BenchKit

@Suite("Search for the rate without loss")
struct LossFreeSearchTests {
    /// Searches against a forwarder that loses from `capacity` on, with a generator that sends `limit` at most.
    private func search(capacity: Double, limit: Double = 1e12) -> (search: LossFreeSearch, rates: [Double]) {
        var search = LossFreeSearch()
        var rates: [Double] = []
        while let rate = search.nextRate, rates.count < 1000 {
            rates.append(rate)
            search.note(rate > limit ? .generatorLate : rate > capacity ? .lossy : .lossless)
        }
        return (search, rates)
    }

    @Test("It closes in on the capacity from below", arguments: [25_000.0, 100_000, 333_333, 2_000_000])
    func capacity(capacity: Double) {
        let (search, rates) = search(capacity: capacity)
        #expect(search.best <= capacity)
        // The last step up is a fifth, and four halvings leave a sixteenth of it.
        #expect(search.best > capacity * (1 - 0.2 / 16))
        #expect(search.generatorLimit == nil)
        #expect(rates.first == 20_000)
        for (rate, next) in zip(rates, rates.dropFirst()) where next > rate && rate < capacity / 1.2 {
            #expect(abs(next / rate - 1.2) < 1e-9)
        }
        let firstLoss = rates.firstIndex { $0 > capacity } ?? 0
        #expect(rates.count == firstLoss + 1 + 4)
    }

    @Test("A forwarder that loses from the start is still bracketed")
    func slow() {
        let (search, _) = search(capacity: 5_100)
        #expect(search.best == 5_000)
    }

    @Test("A generator that falls behind twice ends the search and is named")
    func generatorLimit() {
        let (search, rates) = search(capacity: 1e9, limit: 50_000)
        #expect(search.generatorLimit == rates.last)
        #expect(search.best <= 50_000)
        #expect(search.best > 40_000)
        #expect(rates.suffix(2).first == rates.last, "the same rate twice")
    }

    @Test("Falling behind once is tried again and forgotten")
    func hiccup() {
        var search = LossFreeSearch()
        search.note(.generatorLate)
        #expect(search.nextRate == 20_000)
        search.note(.lossless)
        #expect(search.nextRate == 24_000)
        #expect(search.best == 20_000)
        search.note(.generatorLate)
        #expect(search.nextRate == 24_000)
        #expect(search.generatorLimit == nil)
    }
}
