internal import Glibc

/// Zeroed memory from mmap(2), page-aligned; pages that nobody touches cost nothing.
package struct MemoryRegion: ~Copyable, Sendable {
    // Sendable holds because the region only owns the mapping; whoever uses `base` answers for its own accesses.
    nonisolated(unsafe) package let base: UnsafeMutableRawPointer
    /// In bytes.
    package let byteCount: Int

    package init(byteCount: Int) throws(SystemCallError) {
        let mapped = mmap(
            nil,
            byteCount,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0
        )
        guard let mapped, mapped != MAP_FAILED else { throw SystemCallError("mmap") }
        base = mapped
        self.byteCount = byteCount
    }

    deinit {
        munmap(base, byteCount)
    }

    /// Bytes of it that are in memory now (mincore(2)). Looks at every page: for a report, not for every datagram.
    package var residentBytes: Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        var states = [UInt8](repeating: 0, count: (byteCount + page - 1) / page)
        guard mincore(base, byteCount, &states) == 0 else { return 0 }
        return states.reduce(0) { $0 + Int($1 & 1) } * page
    }
}
