import AllocationCounter
import RelayCore
import RelayWire
import TestSupport

/// A million datagrams of every kind through an engine, and how often this thread allocated meanwhile.
struct EngineCheck {
    static let datagrams = 1_000_000

    /// Something that a player sends, and where from.
    private struct Sample {
        var bytes: [UInt8]
        var source: PeerEndpoint
        var role: PortRole
        var pair: UInt32 = 0
    }

    static func run() -> (allocations: UInt64, verdicts: [Int]) {
        let driver = EngineDriver()
        let samples = samples()
        let plan = SessionPlan(
            sessionToken: 7,
            users: (1...40).map { UserPlan(userToken: $0, connectionID: Int32($0)) },
            rejoinIDs: (1 << 20)..<(1 << 21)
        )
        do {
            try driver.engine.add(plan, now: 0)
        } catch {
            fatalError("the engine took no session: \(error)")
        }
        // Bytes are laid out beforehand, so that nothing but the engine runs in between.
        let room = 1_216
        let source = UnsafeMutableRawPointer.allocate(byteCount: samples.count * room, alignment: 64)
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 64)
        let arrivals = UnsafeMutablePointer<Arrival>.allocate(capacity: samples.count)
        let lengths = UnsafeMutablePointer<Int>.allocate(capacity: samples.count)
        let verdicts = UnsafeMutablePointer<Int>.allocate(capacity: 3)
        verdicts.initialize(repeating: 0, count: 3)
        for (index, sample) in samples.enumerated() {
            (source + index * room).copyMemory(from: sample.bytes, byteCount: sample.bytes.count)
            lengths[index] = sample.bytes.count
            let arrival = Arrival(
                source: sample.source,
                local: LocalAddress(low: 0x0100_007F),
                role: sample.role,
                pair: sample.pair,
                now: 0
            )
            (arrivals + index).initialize(to: arrival)
        }
        let count = samples.count
        let before = allocation_counter_here()
        var now: UInt64 = 1_000
        for number in 0..<datagrams {
            let index = number % count
            // Slowly past every limit, several times; now and then a long silence.
            if number % 16 == 0 { now += number % 4_096 == 0 ? 40_000 : 40 }
            buffer.copyMemory(from: source + index * room, byteCount: lengths[index])
            arrivals[index].now = now
            let datagram = DatagramBytes(base: buffer, length: lengths[index])
            let verdict = driver.engine.process(datagram, isOversize: lengths[index] > 1_200, arrivals[index])
            verdicts[Int(verdict.action.rawValue)] += 1
            if verdict.releasesHeld {
                while let release = driver.engine.nextRelease(now: now) { verdicts[2] += release.length == 0 ? 0 : 1 }
            }
            if number % 64 == 0 { driver.engine.drainEvents { _ in } }
            if number % 256 == 0 { driver.engine.sweep(now: now, slots: 8) }
        }
        let allocations = allocation_counter_here() - before
        return (allocations, (0..<3).map { verdicts[$0] })
    }

    private static func samples() -> [Sample] {
        func place(_ last: UInt8, _ port: UInt16) -> PeerEndpoint {
            guard let address = PeerAddress(bytes: [10, 0, 0, last]) else { fatalError("not an address") }
            return PeerEndpoint(address, port: port)
        }
        var samples = [Sample(bytes: Datagrams.ping(user: 1, session: 7), source: place(1, 1_000), role: .server)]
        for user in UInt32(2)...40 {
            let home = place(UInt8(user), 1_000)
            let payload = [UInt8](repeating: UInt8(user), count: Int(user) * 7)
            samples.append(
                Sample(bytes: Datagrams.clientData(user: user, session: 7, payload), source: home, role: .client)
            )
            samples.append(
                Sample(
                    bytes: Datagrams.hostData(user: 1, session: 7, to: Int32(user), payload),
                    source: place(1, 1_000),
                    role: .server
                )
            )
            samples.append(Sample(bytes: Datagrams.ping(user: user, session: 7), source: home, role: .client))
        }
        // Wrong tokens, from several sources.
        for last in UInt8(100)...140 {
            let stranger = place(last, 9)
            let user = UInt32(last)
            samples.append(Sample(bytes: Datagrams.ping(user: user, session: 7), source: stranger, role: .client))
            samples.append(Sample(bytes: Datagrams.ping(user: user, session: 8), source: stranger, role: .server))
            samples.append(
                Sample(bytes: Datagrams.clientData(user: 9, session: user, [1]), source: stranger, role: .client)
            )
        }
        // Moves: another port, another address, a rejoin.
        for user in UInt32(2)...10 {
            let data = Datagrams.clientData(user: user, session: 7, [1])
            let hello = Datagrams.clientData(user: user, session: 7, Datagrams.hello())
            let cookie = Datagrams.clientData(user: user, session: 7, Datagrams.reliable())
            samples.append(Sample(bytes: data, source: place(UInt8(user), 1_001), role: .client))
            samples.append(Sample(bytes: cookie, source: place(UInt8(user), 1_001), role: .client))
            samples.append(Sample(bytes: data, source: place(200, 1_002), role: .client))
            samples.append(Sample(bytes: hello, source: place(UInt8(user), 1_003), role: .client))
        }
        // Another host, a wrong pair, what is malformed, and ids that nobody holds.
        samples.append(Sample(bytes: Datagrams.ping(user: 2, session: 7), source: place(2, 1_500), role: .server))
        samples.append(Sample(bytes: Datagrams.ping(user: 3, session: 7), source: place(3, 3), role: .client, pair: 4))
        samples.append(
            Sample(bytes: Datagrams.hostData(user: 1, session: 7, to: 99, [1]), source: place(1, 1_000), role: .server)
        )
        samples.append(Sample(bytes: [1, 2, 3], source: place(3, 3), role: .client))
        samples.append(Sample(bytes: [UInt8](repeating: 9, count: 1_201), source: place(3, 3), role: .client))
        return samples
    }
}
