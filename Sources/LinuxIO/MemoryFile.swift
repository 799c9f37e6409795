internal import CLinux
internal import Glibc

/// Zeroed memory that outlives the process as long as somebody holds its descriptor: a memfd (memfd_create(2)), mapped
/// shared. Page-aligned; pages that nobody touches cost nothing.
package struct MemoryFile: ~Copyable, Sendable {
    // Sendable holds because the value only owns the mapping; whoever uses `base` answers for its own accesses.
    nonisolated(unsafe) package let base: UnsafeMutableRawPointer
    /// In bytes.
    package let byteCount: Int
    private let descriptor: Descriptor

    /// - Parameter name: seen in /proc/PID/maps; at most 249 bytes.
    package init(name: String, byteCount: Int) throws(SystemCallError) {
        let descriptor = Descriptor(
            try systemCall("memfd_create") { clinux_memfd_create(name, UInt32(CLINUX_MFD_CLOEXEC)) }
        )
        let number = descriptor.number
        try systemCall("ftruncate") { ftruncate(number, off_t(byteCount)) }
        let mapped = try Self.map(number, byteCount)
        base = mapped
        self.byteCount = byteCount
        self.descriptor = descriptor
    }

    /// Maps memory that another process has made.
    /// - Throws: `SystemCallError`; `mmap: EINVAL` where it is empty.
    package init(adopting descriptor: consuming Descriptor) throws(SystemCallError) {
        var status = stat()
        let number = descriptor.number
        try systemCall("fstat") { fstat(number, &status) }
        let mapped = try Self.map(number, Int(status.st_size))
        base = mapped
        byteCount = Int(status.st_size)
        self.descriptor = descriptor
    }

    private static func map(_ number: Int32, _ byteCount: Int) throws(SystemCallError) -> UnsafeMutableRawPointer {
        let mapped = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, number, 0)
        guard let mapped, mapped != MAP_FAILED else { throw SystemCallError("mmap") }
        return mapped
    }

    deinit {
        munmap(base, byteCount)
    }

    /// Open as long as this value lives.
    package var number: Int32 { descriptor.number }

    /// Copies what was ever touched to a file of the same size that only its owner may read; the rest stays a hole. The
    /// file is there with all of it, or as it was before.
    package func copy(to path: String) throws(SystemCallError) {
        let draft = path + ".new"
        do throws(SystemCallError) {
            try write(to: draft)
            try systemCall("rename") { rename(draft, path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private func write(to path: String) throws(SystemCallError) {
        let target = Descriptor(
            try systemCall("open") { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        )
        let number = target.number
        try systemCall("ftruncate") { ftruncate(number, off_t(byteCount)) }
        var offset: off_t = 0
        while true {
            // lseek(2): the next byte that is no hole; ENXIO where there is none.
            let start = lseek(self.number, offset, Int32(CLINUX_SEEK_DATA))
            guard start >= 0 else { return }
            let end = lseek(self.number, start, Int32(CLINUX_SEEK_HOLE))
            try Self.write(base + Int(start), Int(end - start), to: number, at: start)
            offset = end
        }
    }

    private static func write(_ bytes: UnsafeRawPointer, _ count: Int, to number: Int32, at offset: off_t)
        throws(SystemCallError)
    {
        var done = 0
        while done < count {
            let written = pwrite(number, bytes + done, count - done, offset + off_t(done))
            if written > 0 { done += written } else if errno != EINTR { throw SystemCallError("pwrite") }
        }
    }

    /// Bytes of a part of it that are in memory now (mincore(2)). Looks at every page: for a report, not for every datagram.
    package func residentBytes(in range: Range<Int>) -> Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = range.lowerBound & ~(page - 1)
        let length = min(range.upperBound, byteCount) - start
        guard length > 0 else { return 0 }
        var states = [UInt8](repeating: 0, count: (length + page - 1) / page)
        guard mincore(base + start, length, &states) == 0 else { return 0 }
        return states.reduce(0) { $0 + Int($1 & 1) } * page
    }
}
