import RelayWire
import Synchronization

/// What sources that sent wrong tokens have used up, shared by all workers: guesses a minute, and answers a second. A fixed
/// table of 16,384 sets of four; only datagrams that come from no bound endpoint ever touch it.
///
/// A full set gives up the source with the fewest guesses, so a flood of forged sources displaces itself and not the
/// guesser. Races between workers may lose a count, never more.
public struct GuessLedger: @unchecked Sendable {
    // Sendable holds because every access to the shared cells is atomic.
    private struct Cell: ~Copyable {
        let source = Atomic<UInt64>(0)
        let lastPair = Atomic<UInt64>(0)
        /// Start of the counting minute in milliseconds << 16 | guesses.
        let window = Atomic<UInt64>(0)
        /// When the source was last answered, in milliseconds + 1; 0 is never.
        let answeredAt = Atomic<UInt64>(0)
    }

    /// The budgets; see the configuration's `guess` keys.
    public struct Settings: Sendable, Equatable {
        /// Guesses a minute and source.
        public var guessesPerMinute: UInt32 = 50
        /// Whether wrong tokens are answered at all.
        public var answers = true
        /// Answers a second in all.
        public var answersPerSecond: UInt32 = 100

        public init() {}
    }

    private static let sets = 16_384
    private static let ways = 4
    private static let minute: UInt64 = 60_000
    private static let answerInterval: UInt64 = 1_000

    private let cells: UnsafeMutablePointer<Cell>
    /// Second << 16 | answers in it.
    private let answered: UnsafeMutablePointer<Atomic<UInt64>>
    private let hash: KeyedHash
    private let settings: Settings
    /// Wrong pairs that may be right ones the wrong way round.
    let swapped: SwappedPairs

    /// Lives as long as the process, unless `deallocate` is called.
    public static func allocate(settings: Settings, hash: KeyedHash) -> GuessLedger {
        var settings = settings
        // Cells count in sixteen bits.
        settings.guessesPerMinute = min(settings.guessesPerMinute, 0xFFFF)
        settings.answersPerSecond = min(settings.answersPerSecond, 0xFFFF)
        let cells = UnsafeMutablePointer<Cell>.allocate(capacity: sets * ways)
        for index in 0..<sets * ways { (cells + index).initialize(to: Cell()) }
        let answered = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: 1)
        answered.initialize(to: Atomic(0))
        return GuessLedger(
            cells: cells,
            answered: answered,
            hash: hash,
            settings: settings,
            swapped: .allocate(hash: hash)
        )
    }

    /// Frees the table; nobody may use a copy afterwards.
    public func deallocate() {
        cells.deinitialize(count: Self.sets * Self.ways)
        cells.deallocate()
        answered.deinitialize(count: 1)
        answered.deallocate()
        swapped.deallocate()
    }

    /// Whether the source has used up its guesses: its datagrams are dropped before anything is looked up for them.
    func isExhausted(_ source: PeerEndpoint, now: UInt64) -> Bool {
        let cell = find(key(source))
        guard cell >= 0 else { return false }
        return guesses(cell, now) >= settings.guessesPerMinute
    }

    /// Counts a wrong pair; false where it repeats the source's last one and so is no guess.
    func recordGuess(_ source: PeerEndpoint, _ credentials: Credentials, now: UInt64) -> Bool {
        let cell = findOrClaim(key(source), now)
        let pair = hash(credentials.rawValue) | 1
        if cells[cell].lastPair.exchange(pair, ordering: .relaxed) == pair { return false }
        let count = UInt64(guesses(cell, now))
        let start = count == 0 ? now : cells[cell].window.load(ordering: .relaxed) >> 16
        cells[cell].window.store(start << 16 | min(count + 1, 0xFFFF), ordering: .relaxed)
        return true
    }

    /// Whether this source may be answered now: one answer a second, and so many in all. Takes the answer from both budgets.
    func takeAnswer(_ source: PeerEndpoint, now: UInt64) -> Bool {
        guard settings.answers else { return false }
        let cell = findOrClaim(key(source), now)
        let last = cells[cell].answeredAt.load(ordering: .relaxed)
        if last != 0, now &- (last - 1) < Self.answerInterval { return false }
        let second = now / 1_000
        let state = answered.pointee.load(ordering: .relaxed)
        let count = state >> 16 == second ? state & 0xFFFF : 0
        guard count < UInt64(settings.answersPerSecond) else { return false }
        guard
            answered.pointee.compareExchange(
                expected: state,
                desired: second << 16 | (count + 1),
                ordering: .relaxed
            ).exchanged
        else { return false }
        cells[cell].answeredAt.store(now + 1, ordering: .relaxed)
        return true
    }

    private func key(_ source: PeerEndpoint) -> UInt64 {
        hash(source.sourcePrefix, source.isIPv4 ? 4 : 6) | 1
    }

    private func guesses(_ cell: Int, _ now: UInt64) -> UInt32 {
        let window = cells[cell].window.load(ordering: .relaxed)
        return now &- window >> 16 < Self.minute ? UInt32(window & 0xFFFF) : 0
    }

    private func find(_ key: UInt64) -> Int {
        let first = Int(key >> 16) & (Self.sets - 1)
        for way in first * Self.ways..<(first + 1) * Self.ways
        where cells[way].source.load(ordering: .relaxed) == key { return way }
        return -1
    }

    private func findOrClaim(_ key: UInt64, _ now: UInt64) -> Int {
        let known = find(key)
        if known >= 0 { return known }
        let first = (Int(key >> 16) & (Self.sets - 1)) * Self.ways
        var poorest = first
        for way in first..<first + Self.ways {
            if cells[way].source.load(ordering: .relaxed) == 0 {
                poorest = way
                break
            }
            if guesses(way, now) < guesses(poorest, now) { poorest = way }
        }
        cells[poorest].source.store(key, ordering: .relaxed)
        cells[poorest].lastPair.store(0, ordering: .relaxed)
        cells[poorest].window.store(0, ordering: .relaxed)
        cells[poorest].answeredAt.store(0, ordering: .relaxed)
        return poorest
    }
}
