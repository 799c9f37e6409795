import RelayControl
import Testing

@Suite struct PortAllocatorTests {
    private static func takeAll(_ ports: inout PortAllocator) -> [Int] {
        var taken: [Int] = []
        while let pair = ports.take() { taken.append(pair) }
        return taken
    }

    @Test("Every pair is given out once, then there are none")
    func exhaustion() {
        var ports = PortAllocator(count: 3)
        #expect(Self.takeAll(&ports) == [0, 1, 2])
    }

    @Test("A pair given back is the last to be given out again")
    func delaysReuse() {
        var ports = PortAllocator(count: 3)
        let first = ports.take()
        #expect(first == 0)
        ports.release(0)
        #expect(Self.takeAll(&ports) == [1, 2, 0])
    }

    @Test("A claimed pair is skipped, and comes back once it is released")
    func claim() {
        var ports = PortAllocator(count: 3)
        let claims = [1, 1, 3, -1].map { ports.claim($0) }
        #expect(claims == [true, false, false, false])
        #expect(Self.takeAll(&ports) == [0, 2])
        ports.release(1)
        #expect(Self.takeAll(&ports) == [1])
    }

    @Test("Releasing a free pair, or one that does not exist, changes nothing")
    func uselessRelease() {
        var ports = PortAllocator(count: 2)
        ports.release(0)
        ports.release(9)
        #expect(Self.takeAll(&ports) == [0, 1])
    }

    @Test("No range means no pairs")
    func empty() {
        var ports = PortAllocator(count: 0)
        #expect(Self.takeAll(&ports).isEmpty)
    }

    @Test("Random use never gives a pair to two", arguments: 1...20)
    func randomUse(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        let count = 1 + random.below(8)
        var ports = PortAllocator(count: count)
        var taken: Set<Int> = []
        for _ in 0..<500 {
            switch random.below(3) {
            case 0:
                let pair = ports.take()
                #expect((pair == nil) == (taken.count == count))
                let isNew = pair.map { taken.insert($0).inserted }
                #expect(isNew != false)
            case 1:
                let pair = random.below(count)
                let (claimed, wasFree) = (ports.claim(pair), taken.insert(pair).inserted)
                #expect(claimed == wasFree)
            default:
                let pair = random.below(count)
                taken.remove(pair)
                ports.release(pair)
            }
        }
    }
}
