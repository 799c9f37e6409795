import Glibc
import RelayCore
import RelayWire

/// An engine with sessions whose hosts and clients have all been heard. Its memory lives as long as the process.
struct World: Subject, ~Copyable {
    static let clientsPerSession = 8
    /// When everything happens, in milliseconds.
    static let now: UInt64 = 1_000_000

    let counters: CounterPage
    private var engine: RelayEngine

    /// - Throws: `EngineError` where the engine does not take a session.
    init(sessions: Int, _ players: Players, buffer: UnsafeMutableRawPointer) throws(EngineError) {
        let layout = EngineLayout(userCapacity: sessions * (Self.clientsPerSession + 1), sessionCapacity: sessions)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 4_096)
        memset(memory, 0, layout.byteCount)
        let hash = KeyedHash(seed: (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210))
        counters = .allocate()
        engine = RelayEngine(
            memory: memory,
            layout: layout,
            settings: EngineSettings(),
            hash: hash,
            ledger: .allocate(settings: GuessLedger.Settings(), hash: hash),
            counters: counters
        )
        for number in 0..<sessions {
            let session = Session(number: number, players: players)
            try engine.add(session.plan, now: Self.now)
            hear(session.pings, in: buffer)
        }
    }

    /// Lets the engine hear datagrams that are not counted.
    mutating func hear(_ samples: [Sample], in buffer: UnsafeMutableRawPointer) {
        samples.withUnsafeBufferPointer { _ = judge($0, count: $0.count, in: buffer) }
        engine.drainEvents { _ in }
    }

    @inline(__always)
    mutating func judge(_ datagram: DatagramBytes, _ arrival: Arrival) -> Int {
        Int(engine.process(datagram, isOversize: false, arrival).length)
    }
}
