/// Datagrams that wait: for a host, or until a new endpoint is accepted. A fixed pool of 1,024 a worker.
struct HeldPool {
    static let capacity = 1_024
    /// Room for the longest datagram, in whole cache lines.
    static let bytesPerSlot = 1_216

    enum Kind: UInt8 {
        case free, earlyJoiner, clientCandidate, hostCandidate
    }

    struct Slot {
        /// The datagram as received, header included.
        var length: UInt16
        var kind: Kind
        var storedAt: Stamp
        /// The user who sent it.
        var user: UInt32
        var session: UInt32
        /// Slot + 1 of the next free slot, or of the session's next early joiner.
        var next: UInt32
    }

    let slots: UnsafeMutablePointer<Slot>
    private let bytes: UnsafeMutableRawPointer
    private var firstFree: UInt32 = 0
    private var highWater = 0
    private(set) var count = 0

    init(memory: UnsafeMutableRawPointer) {
        slots = memory.bindMemory(to: Slot.self, capacity: Self.capacity)
        bytes = memory + Self.capacity * MemoryLayout<Slot>.stride
    }

    /// A slot in memory that another process wrote: nothing in it is believed but plain numbers.
    /// - Returns: `nil` where it is free, or cannot be what it says.
    static func read(_ slot: UnsafeRawPointer) -> Slot? {
        guard let place = MemoryLayout<Slot>.offset(of: \.kind),
            let kind = Kind(rawValue: slot.load(fromByteOffset: place, as: UInt8.self)), kind != .free
        else { return nil }
        // `kind` is known to be one, so that the whole may be read as what it is.
        return slot.load(as: Slot.self)
    }

    static var byteCount: Int { capacity * (MemoryLayout<Slot>.stride + bytesPerSlot) }

    func bytes(of slot: Int) -> UnsafeMutableRawPointer {
        bytes + slot * Self.bytesPerSlot
    }

    var hasFree: Bool { count < Self.capacity }

    /// A slot to fill, or -1 where all are taken.
    mutating func take() -> Int {
        if firstFree != 0 {
            let slot = Int(firstFree) - 1
            firstFree = slots[slot].next
            count += 1
            return slot
        }
        guard highWater < Self.capacity else { return -1 }
        highWater += 1
        count += 1
        return highWater - 1
    }

    /// The bytes stay readable until the slot is taken again.
    mutating func give(back slot: Int) {
        slots[slot].kind = .free
        slots[slot].next = firstFree
        firstFree = UInt32(slot) + 1
        count -= 1
    }

    /// Slots that were ever taken: all that a scan has to look at.
    var scanRange: Range<Int> { 0..<highWater }

    func store(_ source: UnsafeRawPointer, length: Int, at now: Stamp, in slot: Int) {
        bytes(of: slot).copyMemory(from: source, byteCount: length)
        slots[slot].length = UInt16(truncatingIfNeeded: length)
        slots[slot].storedAt = now
    }
}
