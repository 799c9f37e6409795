internal import Glibc

/// Disk space held back so that removals can still be made durable when the disk is full: a revoked token must not come
/// back for want of a few pages.
struct Ballast {
    static let name = "ballast"

    private let path: String
    private let directory: String
    /// Bytes held back.
    let size: Int
    /// Whether the space is held now.
    private(set) var isHeld = false

    /// Takes over the file of an earlier run, whole or not.
    init(directory: String, size: Int) {
        self.directory = directory
        path = "\(directory)/\(Self.name)"
        self.size = size
        var status = stat()
        isHeld = lstat(path, &status) == 0 && status.st_size >= size && status.st_blocks * 512 >= size
    }

    /// Whether something new may be written: only while the space is held, or so much is free that a removal would
    /// still find some.
    mutating func allowsAdditions() -> Bool {
        if isHeld { return true }
        let free = freeBytes
        if free >= 2 * size { isHeld = allocate() }
        return isHeld || free >= size / 4
    }

    /// Gives the space to whoever writes next.
    /// - Returns: whether there was any.
    mutating func release() -> Bool {
        isHeld = false
        return unlink(path) == 0
    }

    private func allocate() -> Bool {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        // Real blocks: a sparse file would hold nothing back.
        if posix_fallocate(file, 0, off_t(size)) == 0 { return true }
        unlink(path)
        return false
    }

    private var freeBytes: Int {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return 0 }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
        )
    }
}
