internal import LinuxIO
internal import RelayCore
internal import Synchronization

/// The memory of all workers' tables, a section for each: a worker alone reads and writes its own, others may ask how much
/// of it is in use. Its descriptor can be handed to whoever keeps it for a successor.
final class TableFile: Sendable {
    private let file: MemoryFile
    let header: TableHeader
    let layout: EngineLayout

    /// Fresh tables, empty.
    init(workers: Int, layout: EngineLayout, generation: UInt64, seed: (UInt64, UInt64)) throws(SystemCallError) {
        let byteCount = TableHeader.byteCount + workers * Self.sectionBytes(layout)
        file = try MemoryFile(name: "causeway-tables", byteCount: byteCount)
        header = TableHeader(workers: workers, layout: layout, generation: generation, seed: seed)
        self.layout = layout
        file.base.storeBytes(of: header, as: TableHeader.self)
    }

    /// The tables of a process that is gone.
    /// - Throws: `Refusal`: why they cannot be used.
    init(adopting descriptor: consuming Descriptor) throws(Refusal) {
        do {
            file = try MemoryFile(adopting: descriptor)
        } catch {
            throw Refusal(words: "it cannot be read (\(error))")
        }
        guard file.byteCount >= TableHeader.byteCount else { throw Refusal(words: "it is too short") }
        header = file.base.load(as: TableHeader.self)
        guard header.magic == TableHeader.magic else { throw Refusal(words: "it is not the memory of a relay") }
        let mark = Self.commitMark(at: file.base)
        guard header.version == EngineLayout.version else {
            throw Refusal(words: "it was written by a version of Causeway with another layout", commitMark: mark)
        }
        guard header.isIntact else { throw Refusal(words: "its header is damaged", commitMark: mark) }
        layout = EngineLayout(
            userCapacity: Int(clamping: header.userCapacity),
            sessionCapacity: Int(clamping: header.sessionCapacity)
        )
        guard header.workers >= 1, header.workers <= 4_096,
            file.byteCount == TableHeader.byteCount + Int(header.workers) * Self.sectionBytes(layout)
        else { throw Refusal(words: "its size does not fit its header", commitMark: mark) }
        guard isComplete else { throw Refusal(words: "it was not complete yet", commitMark: mark) }
    }

    /// Why a predecessor's tables were left alone.
    struct Refusal: Error, Equatable {
        var words: String
        /// What they say of the database all the same.
        var commitMark: CommitMark?
    }

    private static func sectionBytes(_ layout: EngineLayout) -> Int { (layout.byteCount + 4_095) & ~4_095 }

    var workers: Int { Int(header.workers) }
    /// Open as long as this object lives.
    var number: Int32 { file.number }

    /// A worker's part, `layout.byteCount` bytes.
    func section(_ worker: Int) -> UnsafeMutableRawPointer {
        file.base + TableHeader.byteCount + worker * Self.sectionBytes(layout)
    }

    func residentBytes(_ worker: Int) -> Int {
        let start = TableHeader.byteCount + worker * Self.sectionBytes(layout)
        return file.residentBytes(in: start..<start + Self.sectionBytes(layout))
    }

    /// Each worker's tables, to be read.
    var former: [FormerTables] {
        (0..<workers).map { FormerTables(memory: section($0), layout: layout) }
    }

    /// Whether everything that a predecessor knew is in here: until then its tables are the ones to go by.
    var isComplete: Bool { completion.pointee.load(ordering: .acquiring) == 1 }

    /// Writes all that a successor needs to a file; call it when every worker has stopped.
    func copy(to path: String) throws(SystemCallError) { try file.copy(to: path) }

    func markComplete() { completion.pointee.store(1, ordering: .releasing) }

    /// How far the database had come when last noted; `nil` while nothing was.
    var commitMark: CommitMark? { Self.commitMark(at: file.base) }

    /// Notes how far the database has come. One caller at a time.
    func note(_ mark: CommitMark) {
        let words = Self.markWords(at: file.base)
        if words[0].load(ordering: .relaxed) != mark.database {
            // A death in between must not put the number of one database beside the name of another.
            words[1].store(0, ordering: .releasing)
            words[0].store(mark.database, ordering: .releasing)
        }
        words[1].store(UInt64(clamping: mark.sequence), ordering: .releasing)
    }

    private static func commitMark(at base: UnsafeMutableRawPointer) -> CommitMark? {
        let words = markWords(at: base)
        let (database, sequence) = (words[0].load(ordering: .acquiring), words[1].load(ordering: .acquiring))
        return database == 0 ? nil : CommitMark(database: database, sequence: Int64(clamping: sequence))
    }

    private static func markWords(at base: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (base + TableHeader.commitMarkOffset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    private var completion: UnsafeMutablePointer<Atomic<UInt64>> {
        (file.base + TableHeader.completionOffset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }
}
