import Testing

@testable import RelayHTTP

@Suite("The rate of a key")
struct KeyRateLimiterTests {
    @Test("The burst passes at once, then calls pass as the bucket fills, each key on its own")
    func bucket() {
        let limiter = KeyRateLimiter()
        let rate = CallRate(perSecond: 2, burst: 3)
        let start = ContinuousClock.now
        func take(_ key: String, after seconds: Double) -> Int? {
            limiter.take(key: key, rate: rate, now: start + .seconds(seconds))
        }
        #expect((0..<3).allSatisfy { _ in take("a", after: 0) == nil })
        #expect(take("a", after: 0) == 1)
        #expect(take("b", after: 0) == nil)
        #expect(take("a", after: 0.4) == 1)
        #expect(take("a", after: 0.5) == nil)
        #expect(take("a", after: 0.5) == 1)
        #expect((0..<3).allSatisfy { _ in take("a", after: 100) == nil })
        #expect(take("a", after: 100) == 1)
    }

    @Test("The wait that is told is long enough, and a whole number of seconds")
    func wait() {
        let limiter = KeyRateLimiter()
        let rate = CallRate(perSecond: 0.1, burst: 1)
        let start = ContinuousClock.now
        #expect(limiter.take(key: "a", rate: rate, now: start) == nil)
        #expect(limiter.take(key: "a", rate: rate, now: start) == 10)
        #expect(limiter.take(key: "a", rate: rate, now: start + .seconds(3.5)) == 7)
        #expect(limiter.take(key: "a", rate: rate, now: start + .seconds(10.5)) == nil)
    }

    @Test("A clock that stands still or goes back gives nothing away")
    func noTimePasses() {
        let limiter = KeyRateLimiter()
        let rate = CallRate(perSecond: 1, burst: 1)
        let start = ContinuousClock.now
        #expect(limiter.take(key: "a", rate: rate, now: start) == nil)
        #expect(limiter.take(key: "a", rate: rate, now: start - .seconds(60)) == 1)
    }
}
