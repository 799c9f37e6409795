public import Synchronization

/// What a worker counts besides drops.
public enum Counter: Int, Sendable, CaseIterable {
    case receivedDatagrams, receivedBytes
    case toHostDatagrams, toHostBytes
    case toClientDatagrams, toClientBytes
    /// PINGs with valid tokens that were answered.
    case answeredPings
    /// Answers to wrong tokens; the datagrams behind them are counted as drops.
    case invalidReplies
    /// Held datagrams that were delivered late; they are counted as forwarded too.
    case heldDelivered
    /// Held datagrams waiting now: a gauge.
    case heldNow
    case endpointMoves, rejoins, hostClaims
    /// Datagrams the kernel dropped before the worker saw them: a receive queue was full, or they were none of a game's.
    case kernelDrops
    case receiveBatches, sendBatches
    /// Datagrams that left together with others to the same place.
    case joinedDatagrams
    /// Why the kernel last refused to send something, as an errno: a gauge.
    case lastSendError
    /// Gauges.
    case sessionsNow, usersNow
}

/// One worker's counters: written by that worker alone, read by anybody at any time. A reader may see one counter a little
/// ahead of another. Once all is quiet, received = to host + to client + answered + dropped + held now.
public struct CounterPage: @unchecked Sendable {
    // Sendable holds because every access is a relaxed atomic, and only the owning worker writes.
    @usableFromInline let cells: UnsafeMutablePointer<Atomic<UInt64>>
    /// Where the drop counters begin: a constant, since a static that is computed once would be checked on every access.
    @inlinable static var drops: Int { Counter.usersNow.rawValue + 1 }
    /// Where the histograms begin, each with a cell for each of its buckets, and what all latencies come to.
    @inlinable static var batchSizes: Int { drops + DropReason.sendError.rawValue + 1 }
    @inlinable static var latencies: Int { batchSizes + batchBuckets }
    @inlinable static var latencySum: Int { latencies + latencyBuckets }
    private static var count: Int { latencySum + 1 }

    private static let gauges: [Counter] = [.heldNow, .lastSendError, .sessionsNow, .usersNow]

    /// Room for a page, in bytes.
    static var byteCount: Int { count * MemoryLayout<Atomic<UInt64>>.stride }

    /// Lives as long as the process, like the worker it belongs to.
    public static func allocate() -> CounterPage {
        CounterPage(memory: .allocate(byteCount: byteCount, alignment: 64))
    }

    /// In `byteCount` bytes that belong to somebody else.
    init(memory: UnsafeMutableRawPointer) {
        cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Self.count)
        for index in 0..<Self.count { (cells + index).initialize(to: Atomic(0)) }
    }

    /// Goes on counting where another page stopped; gauges, which tell what is now, stay.
    /// - Parameter former: a page of the same layout, which nobody writes any more.
    func absorb(_ former: UnsafeRawPointer) {
        for index in 0..<Self.count where !Self.gauges.contains(where: { $0.rawValue == index }) {
            let count = former.load(fromByteOffset: index * MemoryLayout<UInt64>.stride, as: UInt64.self)
            if count <= Self.absurd { bump(index, count) }
        }
    }

    /// More than any link carries in a machine's life: what stands beyond was never counted. Sums of many such counters fit.
    static var absurd: UInt64 { 1 << 56 }

    /// Frees the page; nobody may use a copy afterwards.
    public func deallocate() {
        cells.deinitialize(count: Self.count)
        cells.deallocate()
    }

    @inlinable
    public func add(_ amount: UInt64, to counter: Counter) {
        bump(counter.rawValue, amount)
    }

    @inlinable
    public func countDrop(_ reason: DropReason, _ amount: UInt64 = 1) {
        bump(Self.drops &+ reason.rawValue, amount)
    }

    public func set(_ counter: Counter, to value: UInt64) {
        cells[counter.rawValue].store(value, ordering: .relaxed)
    }

    public subscript(counter: Counter) -> UInt64 {
        cells[counter.rawValue].load(ordering: .relaxed)
    }

    public subscript(reason: DropReason) -> UInt64 {
        cells[Self.drops &+ reason.rawValue].load(ordering: .relaxed)
    }

    // A single writer needs no read-modify-write: a load and a store are enough, and cost no lock prefix.
    @inlinable
    func bump(_ index: Int, _ amount: UInt64) {
        cells[index].store(cells[index].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
