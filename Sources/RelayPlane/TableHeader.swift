internal import RelayCore

/// What stands at the beginning of the tables' memory: everything that a successor has to know before it believes the rest.
struct TableHeader: Equatable {
    /// "CAUSEWAY" in ASCII.
    static let magic: UInt64 = 0x5941_5745_5355_4143

    var magic = TableHeader.magic
    var version = EngineLayout.version
    var workers: UInt64
    var userCapacity: UInt64
    var sessionCapacity: UInt64
    /// Counts the processes that followed each other on one set of tables, from 1.
    var generation: UInt64
    /// Of the keyed hash, which stays the same from process to process: stored hashes of addresses stay meaningful.
    var seed: (UInt64, UInt64)
    private var checksum: UInt64 = 0

    static let byteCount = 4_096
    /// Where the mark stands that says that all was taken over from the predecessor, in bytes.
    static let completionOffset = 128
    /// Where it is noted how far the database had come, in bytes: two words. The place is the same in every layout, so that
    /// an upgrade reads what the version before has noted.
    static let commitMarkOffset = 192

    init(workers: Int, layout: EngineLayout, generation: UInt64, seed: (UInt64, UInt64)) {
        self.workers = UInt64(workers)
        userCapacity = UInt64(layout.userCapacity)
        sessionCapacity = UInt64(layout.sessionCapacity)
        self.generation = generation
        self.seed = seed
        checksum = computedChecksum
    }

    var isIntact: Bool { checksum == computedChecksum }

    /// FNV-1a over the fields, a word at a time.
    private var computedChecksum: UInt64 {
        [magic, version, workers, userCapacity, sessionCapacity, generation, seed.0, seed.1]
            .reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1) &* 0x100_0000_01B3 }
    }

    static func == (left: TableHeader, right: TableHeader) -> Bool { left.checksum == right.checksum }
}
