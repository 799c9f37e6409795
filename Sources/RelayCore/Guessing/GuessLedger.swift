internal import Glibc
import RelayWire
import Synchronization

/// What is remembered of wrong tokens, and of who was where, shared by all workers of a process. Only datagrams that come from
/// no bound endpoint ever touch it, and binding itself.
///
/// Everything is of a fixed size: it lies in zeroed pages, and those that nobody needed cost nothing. Races between workers may
/// lose a count, never more.
public struct GuessLedger: Sendable {
    /// The budgets; see the configuration's `guess` keys.
    public struct Settings: Sendable, Equatable {
        /// Guesses a minute and source.
        public var guessesPerMinute: UInt32 = 50
        /// Guesses a second of a source that is past its budget; none of its datagrams is looked up beyond.
        public var lookupsPastBudget: UInt32 = 10
        /// Whether wrong tokens are answered at all.
        public var answers = true
        /// Answers a second in all.
        public var answersPerSecond: UInt32 = 100

        public init() {}
    }

    private let memory: ZeroedMemory
    let budgets: Budgets
    let sources: SourceTable
    let pairs: PairTable
    let endpoints: EndpointFilter
    /// Wrong pairs that may be right ones the wrong way round.
    let swapped: SwappedPairs
    let hash: KeyedHash

    /// Lives as long as the process, unless `deallocate` is called.
    public static func allocate(settings: Settings, hash: KeyedHash) -> GuessLedger {
        let memory = ZeroedMemory(
            byteCount: Budgets.byteCount + SourceTable.byteCount + PairTable.byteCount + EndpointFilter.byteCount
        )
        let sources = memory.start + Budgets.byteCount
        let pairs = sources + SourceTable.byteCount
        let ledger = GuessLedger(
            memory: memory,
            budgets: Budgets(memory: memory.start),
            sources: SourceTable(memory: sources),
            pairs: PairTable(memory: pairs),
            endpoints: EndpointFilter(memory: pairs + PairTable.byteCount),
            swapped: .allocate(hash: hash),
            hash: hash
        )
        ledger.apply(settings)
        return ledger
    }

    /// Frees the tables; nobody may use a copy afterwards.
    public func deallocate() {
        memory.deallocate()
        swapped.deallocate()
    }

    /// Other budgets hold from the next datagram on; what was used up stays used up.
    public func apply(_ settings: Settings) { budgets.apply(settings) }

    /// Names a source: an IPv4 address or an IPv6 /64. Never 0.
    func sourceKey(_ source: PeerEndpoint) -> UInt64 {
        hash(source.sourcePrefix, source.isIPv4 ? 4 : 6) | 1
    }
}

/// Memory that is zero at first, and whose untouched pages do not exist.
private struct ZeroedMemory: @unchecked Sendable {
    // Sendable holds because everything that is placed in it is atomic.
    private let block: UnsafeMutableRawPointer
    /// On a cache line.
    let start: UnsafeMutableRawPointer

    init(byteCount: Int) {
        guard let block = calloc(1, byteCount + 63) else { fatalError("no memory for \(byteCount) bytes") }
        self.block = block
        start = block.alignedUp(toMultipleOf: 64)
    }

    func deallocate() { free(block) }
}
