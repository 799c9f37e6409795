internal import Glibc

/// A file system of a few megabytes, which only root may mount.
package final class SmallDisk: Sendable {
    /// Why there is none here; `nil` where there can be one.
    package static let obstacle: String? = {
        let disk = SmallDisk(megabytes: 1)
        return disk.isMounted ? nil : "mounting a tmpfs needs root and CAP_SYS_ADMIN: \(disk.problem)"
    }()

    package let path: String
    package let isMounted: Bool
    private let problem: String

    package init(megabytes: Int) {
        var template = Array("/tmp/causeway-disk-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, mkdtemp(base) != nil else { fatalError("mkdtemp failed") }
            return String(cString: base)
        }
        isMounted = mount("causeway-test", path, "tmpfs", 0, "size=\(megabytes)m,mode=700") == 0
        problem = String(cString: strerror(errno))
    }

    deinit {
        // MNT_DETACH, which the module does not name.
        if isMounted { umount2(path, 2) }
        rmdir(path)
    }

    /// Takes all but so many kilobytes with a file of the test's own.
    package func fill(leaving kilobytes: Int) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { fatalError("statvfs failed") }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let file = open("\(path)/filler-\(free)", O_CREAT | O_WRONLY, 0o600)
        guard posix_fallocate(file, 0, off_t(max(1, free - kilobytes * 1024))) == 0 else {
            fatalError("fallocate failed")
        }
        close(file)
    }

    /// Removes what `fill` made.
    package func empty() {
        guard let directory = opendir(path) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("filler") { unlink("\(path)/\(name)") }
        }
    }

    /// Mounts it anew, to be read alone or to be written too; says whether that went well.
    package func remount(readOnly: Bool) -> Bool {
        // MS_REMOUNT and MS_RDONLY, which the module does not name.
        mount("causeway-test", path, "tmpfs", 32 | (readOnly ? 1 : 0), nil) == 0
    }
}
