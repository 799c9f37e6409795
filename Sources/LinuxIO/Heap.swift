internal import CLinux
internal import Glibc

/// The memory that malloc(3) has taken from the kernel.
package enum Heap {
    /// Bytes of the process's own memory that are in use or were once, shared and file memory left out; 0 where
    /// `/proc/self/statm` (proc(5)) cannot be read.
    package static var residentBytes: Int {
        guard let file = fopen("/proc/self/statm", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let pages = text.split(separator: " ").compactMap { Int($0) }
        return pages.count > 2 ? max(0, pages[1] - pages[2]) * Int(getpagesize()) : 0
    }

    /// Gives memory that was freed back to the kernel: it keeps it by itself wherever something above it is in use.
    package static func trim() { _ = clinux_malloc_trim(0) }
}
