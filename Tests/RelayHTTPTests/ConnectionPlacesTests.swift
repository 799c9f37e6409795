import RelayNet
import Testing

@testable import RelayHTTP

@Suite("The places for connections")
struct ConnectionPlacesTests {
    private static func source(_ number: UInt32) -> IPNetwork { IPAddress(ipv4: 0x0A00_0000 + number).sourceNetwork }

    /// Connections, each with a number of its own. They have had a request unless they are fresh.
    private struct Crowd {
        var places: ConnectionPlaces
        var next: UInt64 = 1
        var now = ContinuousClock.now

        init(total: Int, perSource: Int) { places = ConnectionPlaces(total: total, perSource: perSource) }

        mutating func open(
            _ count: Int = 1,
            from source: IPNetwork?,
            isBusy: Bool = false,
            isFresh: Bool = false
        ) -> [ConnectionPlaces.Admission] {
            (0..<count).map { _ in
                defer { next += 1 }
                let admission = places.admit(next, from: source, now: now)
                guard case .admitted = admission, !isFresh else { return admission }
                _ = places.setBusy(next)
                if !isBusy { places.setIdle(next) }
                return admission
            }
        }
    }

    @Test("Past its share a source's own longest idle connection gives way, and nobody else's")
    func sourceGivesWayToItself() {
        var crowd = Crowd(total: 100, perSource: 3)
        _ = crowd.open(from: Self.source(1))
        #expect(crowd.open(3, from: Self.source(2)).allSatisfy { $0 == .admitted(closing: nil) })
        // The second of the source is used, so the first is idle the longest, then the third.
        _ = crowd.places.setBusy(3)
        crowd.places.setIdle(3)
        #expect(crowd.open(2, from: Self.source(2)) == [.admitted(closing: 2), .admitted(closing: 4)])
        #expect(crowd.places.count == 4)
    }

    @Test("A source whose connections are all in use gets no more than its share; others do")
    func busySource() {
        var crowd = Crowd(total: 100, perSource: 3)
        _ = crowd.open(3, from: Self.source(1), isBusy: true)
        #expect(crowd.open(from: Self.source(1)) == [.refused(.source)])
        #expect(crowd.open(from: Self.source(2)) == [.admitted(closing: nil)])
        crowd.places.remove(1)
        #expect(crowd.open(from: Self.source(1)) == [.admitted(closing: nil)])
    }

    @Test("An IPv6 source is its /64, and what stands for many has no share to exceed")
    func exempt() throws {
        var crowd = Crowd(total: 100, perSource: 2)
        let one = try #require(IPAddress("2001:db8::1")).sourceNetwork
        let other = try #require(IPAddress("2001:db8::2")).sourceNetwork
        _ = crowd.open(from: one, isBusy: true)
        _ = crowd.open(from: other, isBusy: true)
        #expect(crowd.open(from: one) == [.refused(.source)])
        #expect(crowd.open(50, from: nil, isBusy: true).allSatisfy { $0 == .admitted(closing: nil) })
    }

    @Test("When all is full the longest idle gives way, of sources with many connections first")
    func longestIdleFirst() {
        var crowd = Crowd(total: 16, perSource: 16)
        _ = crowd.open(from: Self.source(1))
        _ = crowd.open(13, from: Self.source(2))
        // 14 of 16: the last two are kept. Number 1 is idle longer, but 2 is of the crowd.
        #expect(crowd.open(from: Self.source(3)) == [.admitted(closing: 2)])
        #expect(crowd.open(from: Self.source(4)) == [.admitted(closing: 3)])
    }

    @Test("Where nobody is idle, the kept places are for those that prove a key with their first request")
    func keptForKeys() {
        var crowd = Crowd(total: 16, perSource: 16)
        _ = crowd.open(14, from: Self.source(1), isBusy: true)
        let late = crowd.open(2, from: Self.source(2), isFresh: true)
        #expect(late == [.admitted(closing: nil), .admitted(closing: nil)])
        crowd.places.prove(15)
        #expect(crowd.places.setBusy(15) == true)
        #expect(crowd.places.setBusy(16) == false, "a stranger in a kept place")
        #expect(crowd.open(from: Self.source(3)) == [.refused(.full)])
        crowd.places.remove(16)
        #expect(crowd.open(from: Self.source(3), isFresh: true) == [.admitted(closing: nil)])
        // Who waits there without a word has a second for it.
        #expect(crowd.open(from: Self.source(3), isFresh: true) == [.refused(.full)])
        crowd.now += .seconds(1)
        #expect(crowd.open(from: Self.source(3), isFresh: true) == [.admitted(closing: 18)])
    }

    @Test("Who never had a request gives way before all others, but only after a second")
    func fresh() {
        var crowd = Crowd(total: 100, perSource: 3)
        _ = crowd.open(2, from: Self.source(1), isBusy: true)
        _ = crowd.open(from: Self.source(1), isFresh: true)
        #expect(crowd.open(from: Self.source(1)) == [.refused(.source)])
        crowd.places.setIdle(1)
        crowd.now += .seconds(1)
        #expect(crowd.open(from: Self.source(1)) == [.admitted(closing: 3)])
        #expect(crowd.open(from: Self.source(1)) == [.admitted(closing: 1)])
    }

    @Test("What proved a key gives way to nobody while no more than the kept places are proven")
    func provenStays() {
        var crowd = Crowd(total: 16, perSource: 16)
        _ = crowd.open(2, from: Self.source(1))
        for id in UInt64(1)...2 {
            crowd.places.prove(id)
            _ = crowd.places.setBusy(id)
            crowd.places.setIdle(id)
        }
        _ = crowd.open(12, from: Self.source(2), isBusy: true)
        _ = crowd.open(2, from: Self.source(3), isBusy: true)
        #expect(crowd.open(from: Self.source(4)) == [.refused(.full)])
    }

    @Test("A crowd of one source that asks all the time never keeps others out", arguments: [1, 2, 3])
    func random(seed: UInt64) {
        var random = SeededRandom(seed)
        var crowd = Crowd(total: 64, perSource: 16)
        var alive: [UInt64] = []
        for _ in 0..<5_000 {
            let id = crowd.next
            let source = Self.source(UInt32.random(in: 0..<8, using: &random))
            if case .admitted(let closing) = crowd.open(from: source)[0] {
                alive.append(id)
                alive.removeAll { $0 == closing }
            } else {
                Issue.record("refused, though connections are idle; seed \(seed)")
            }
            if let some = alive.randomElement(using: &random) {
                _ = crowd.places.setBusy(some)
                crowd.places.setIdle(some)
            }
            #expect(crowd.places.count == alive.count && alive.count <= 64)
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
private struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
