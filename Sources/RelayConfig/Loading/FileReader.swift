import Glibc

/// Reads small regular files without ever waiting for one.
enum FileReader {
    /// The first bytes of a file.
    static func read(
        _ path: String,
        atMost limit: Int
    ) -> Result<ConfigurationSystem.File, ConfigurationSystem.FileError> {
        // O_NONBLOCK: opening a named pipe would otherwise wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return .failure(errno == ENOENT ? .missing : .unreadable(String(cString: strerror(errno))))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(.unreadable(String(cString: strerror(errno)))) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(.unreadable("not a regular file")) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(.unreadable(String(cString: strerror(errno)))) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        let permissions = ConfigurationSystem.Permissions(mode: status.st_mode & 0o777, group: status.st_gid)
        return .success(ConfigurationSystem.File(bytes: bytes, permissions: permissions))
    }
}
