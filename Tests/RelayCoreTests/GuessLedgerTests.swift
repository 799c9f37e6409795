import RelayWire
import TestSupport
import Testing

@testable import RelayCore

@Suite("Guess ledger")
struct GuessLedgerTests {
    private func ledger(_ seed: UInt64) -> GuessLedger {
        var random = SeededRandom(seed: seed)
        return .allocate(settings: GuessLedger.Settings(), hash: KeyedHash(seed: (random.next(), random.next())))
    }

    @Test("A guesser's count survives hundreds of thousands of forged sources", arguments: [1, 2, 3] as [UInt64])
    func forgedSources(seed: UInt64) {
        let ledger = ledger(seed)
        defer { ledger.deallocate() }
        let guesser = Scene.place(1)
        for guess in 0..<25 { #expect(ledger.recordGuess(guesser, Credentials(rawValue: UInt64(guess + 1)), now: 0)) }
        var random = SeededRandom(seed: seed)
        for _ in 0..<300_000 {
            let number = UInt32.random(in: 0...(.max), using: &random)
            let source = PeerEndpoint(PeerAddress(ipv4: number), port: 9)
            _ = ledger.recordGuess(source, Credentials(rawValue: random.next()), now: 1_000)
        }
        for guess in 25..<50 {
            #expect(!ledger.isExhausted(guesser, now: 2_000), "after \(guess) guesses")
            #expect(ledger.recordGuess(guesser, Credentials(rawValue: UInt64(guess + 1)), now: 2_000))
        }
        #expect(ledger.isExhausted(guesser, now: 2_000))
        #expect(ledger.isExhausted(guesser, now: 59_999))
        #expect(!ledger.isExhausted(guesser, now: 60_000))
    }

    @Test("A source nobody has heard of has its whole budget, and no source's guesses count against another")
    func separate() {
        let ledger = ledger(9)
        defer { ledger.deallocate() }
        for guess in 0..<50 { _ = ledger.recordGuess(Scene.place(1), Credentials(rawValue: UInt64(guess)), now: 5) }
        #expect(ledger.isExhausted(Scene.place(1, 4), now: 5))
        for last in UInt8(2)...255 { #expect(!ledger.isExhausted(Scene.place(last), now: 5)) }
    }

    @Test(
        "A minute is counted from the first guess, whatever the clock says",
        arguments: [0, 1, 1 << 32, 1 << 45] as [UInt64]
    )
    func minute(start: UInt64) {
        let ledger = ledger(4)
        defer { ledger.deallocate() }
        for guess in 0..<49 {
            _ = ledger.recordGuess(Scene.place(1), Credentials(rawValue: UInt64(guess)), now: start + UInt64(guess))
        }
        #expect(!ledger.isExhausted(Scene.place(1), now: start + 59_999))
        _ = ledger.recordGuess(Scene.place(1), Credentials(rawValue: 77), now: start + 59_999)
        #expect(ledger.isExhausted(Scene.place(1), now: start + 59_999))
        #expect(!ledger.isExhausted(Scene.place(1), now: start + 60_000))
    }

    @Test(
        "The last 32 pairs of a source are known again, whatever came between; the one before them is a guess once more"
    )
    func knownPairs() {
        let ledger = ledger(7)
        defer { ledger.deallocate() }
        func guess(_ pair: UInt64) -> Bool { ledger.recordGuess(Scene.place(1), Credentials(rawValue: pair), now: 0) }
        for pair in UInt64(1)...32 { #expect(guess(pair)) }
        for _ in 0..<3 { for pair in UInt64(1)...32 { #expect(!guess(pair)) } }
        #expect(guess(33))
        #expect(guess(1))
        #expect(!guess(33))
        #expect(!guess(3))
    }

    @Test("A place is known for as long as is asked, from its latest use, and nowhere else")
    func uses() {
        let ledger = ledger(8)
        defer { ledger.deallocate() }
        let pair = Credentials(rawValue: 77)
        ledger.noteUse(Scene.place(1), pair, at: 5_000)
        ledger.noteUse(Scene.place(1), pair, at: 4_000)
        #expect(ledger.wasUsed(Scene.place(1, 9), pair, within: 1_000, now: 5_999))
        #expect(!ledger.wasUsed(Scene.place(1), pair, within: 1_000, now: 6_000))
        #expect(!ledger.wasUsed(Scene.place(2), pair, within: 1_000, now: 5_999))
        #expect(!ledger.wasUsed(Scene.place(1), Credentials(rawValue: 78), within: 1_000, now: 5_999))
    }

    @Test("65,536 places are room for at least 50,000, and a flood of newer ones displaces the oldest")
    func displacedUses() {
        let ledger = ledger(9)
        defer { ledger.deallocate() }
        func known(_ numbers: Range<UInt64>) -> Int {
            numbers.filter {
                ledger.wasUsed(Scene.place(1), Credentials(rawValue: $0), within: 1_000_000, now: 300_000)
            }.count
        }
        for pair in UInt64(1)..<50_001 { ledger.noteUse(Scene.place(1), Credentials(rawValue: pair), at: pair) }
        #expect(known(1..<50_001) > 45_000)
        for pair in UInt64(50_001)..<200_001 { ledger.noteUse(Scene.place(1), Credentials(rawValue: pair), at: pair) }
        #expect(known(1..<20_001) < 100)
        #expect(known(190_001..<200_001) == 10_000)
    }

    @Test("An endpoint counts as bound for as long as it was added more often than removed")
    func endpoints() {
        let ledger = ledger(10)
        defer { ledger.deallocate() }
        var random = SeededRandom(seed: 1)
        let bound = (0..<1_000).map { _ in random.next() | 1 }
        for key in bound { ledger.endpoints.add(key) }
        for key in bound { ledger.endpoints.add(key) }
        for key in bound { ledger.endpoints.remove(key) }
        #expect(bound.allSatisfy { ledger.endpoints.mayContain($0) })
        let strangers = (0..<10_000).map { _ in random.next() | 1 }
        #expect(strangers.filter { ledger.endpoints.mayContain($0) }.count < 10)
        for key in bound { ledger.endpoints.remove(key) }
        #expect(!bound.contains { ledger.endpoints.mayContain($0) })
        ledger.endpoints.remove(bound[0])
        ledger.endpoints.add(bound[0])
        #expect(ledger.endpoints.mayContain(bound[0]))
    }

    @Test("Other budgets hold at once, in both directions")
    func reload() {
        let ledger = ledger(11)
        defer { ledger.deallocate() }
        for pair in UInt64(1)...10 { _ = ledger.recordGuess(Scene.place(1), Credentials(rawValue: pair), now: 0) }
        #expect(!ledger.isExhausted(Scene.place(1), now: 0))
        var settings = GuessLedger.Settings()
        settings.guessesPerMinute = 10
        settings.lookupsPastBudget = 11
        ledger.apply(settings)
        #expect(ledger.isExhausted(Scene.place(1), now: 0))
        #expect(ledger.mayLookUp(Scene.place(1), now: 0))
        settings.lookupsPastBudget = 10
        settings.answers = false
        ledger.apply(settings)
        #expect(!ledger.mayLookUp(Scene.place(1), now: 0))
        #expect(!ledger.takeAnswer(Scene.place(1), endpoint: 1, now: 0))
        ledger.apply(GuessLedger.Settings())
        #expect(!ledger.isExhausted(Scene.place(1), now: 0))
        #expect(ledger.takeAnswer(Scene.place(1), endpoint: 1, now: 0))
    }
}
