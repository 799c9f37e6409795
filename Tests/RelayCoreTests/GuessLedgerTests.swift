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
}
