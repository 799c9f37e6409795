internal import LinuxIO

/// The memory of one worker's tables: the worker alone reads and writes it, others may ask how much of it is in use.
final class TableMemory: Sendable {
    private let region: MemoryRegion

    init(byteCount: Int) throws(SystemCallError) {
        region = try MemoryRegion(byteCount: byteCount)
    }

    var base: UnsafeMutableRawPointer { region.base }
    var residentBytes: Int { region.residentBytes }
}
