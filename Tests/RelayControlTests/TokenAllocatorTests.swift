import RelayControl
import Testing

@Suite struct TokenAllocatorTests {
    @Test("Tokens are 1 … 2³¹ − 1 whatever the random source gives")
    func range() {
        for bits: UInt64 in [.max, 1 << 33, 0x8000_0000_0000_0000] {
            struct Constant: RandomSource {
                let bits: UInt64
                func next() -> UInt64 { bits }
            }
            let token = Constant(bits: bits).token()
            #expect(token >= 1 && token <= UInt32(Int32.max))
        }
        #expect(ScriptedRandom(tokens: [0, 0, 7]).token() == 7)
    }

    @Test("A token in use, or of a session that ended lately, is not given out")
    func uniqueness() {
        var tokens = TokenAllocator()
        let claims = [5, 5].map { tokens.claim($0) }
        #expect(claims == [true, false])
        tokens.end(6, at: 100)
        let drawn = tokens.draw(
            from: ScriptedRandom(tokens: [5, 6, 5, 8]),
            attempts: 4,
            leastLoad: 0,
            load: { _ in 0 }
        )
        #expect(drawn == 8)
    }

    @Test("A token that ended is free again after its reservation, and not before")
    func forgetting() {
        var tokens = TokenAllocator()
        tokens.end(6, at: 100)
        tokens.end(7, at: 200)
        tokens.forget(before: 100)
        #expect(tokens.reservedCount == 2)
        tokens.forget(before: 150)
        #expect(tokens.reservedCount == 1)
        let drawn = tokens.draw(from: ScriptedRandom(tokens: [7, 6]), attempts: 2, leastLoad: 0, load: { _ in 0 })
        #expect(drawn == 6)
    }

    @Test("Drawing goes on until the token lands on the least loaded worker")
    func leastLoaded() {
        var tokens = TokenAllocator()
        let loads = [4, 9, 2, 7]
        let drawn = tokens.draw(
            from: ScriptedRandom(tokens: [5, 4, 7, 6]),
            attempts: 10,
            leastLoad: 2,
            load: { loads[Int($0) % 4] }
        )
        #expect(drawn == 6)
    }

    @Test("When the draws run out, the best token seen is taken")
    func bestSeen() {
        var tokens = TokenAllocator()
        let loads = [4, 9, 2, 7]
        let drawn = tokens.draw(
            from: ScriptedRandom(tokens: [5, 4, 7]),
            attempts: 3,
            leastLoad: 2,
            load: { loads[Int($0) % 4] }
        )
        #expect(drawn == 4)
    }

    @Test("When every draw is in use, there is no token")
    func exhausted() {
        var tokens = TokenAllocator()
        let isClaimed = tokens.claim(5)
        #expect(isClaimed)
        let drawn = tokens.draw(
            from: ScriptedRandom(tokens: [5, 5]),
            attempts: 2,
            leastLoad: 0,
            load: { _ in 0 }
        )
        #expect(drawn == nil)
    }

    @Test("Restored reservations end in the order of their times")
    func restoredReservations() {
        var tokens = TokenAllocator()
        tokens.reserve([1: 30, 2: 10, 3: 20])
        #expect(tokens.hasReservation(before: 11))
        tokens.forget(before: 25)
        #expect(tokens.reservedCount == 1)
        #expect(!tokens.hasReservation(before: 30))
    }
}
