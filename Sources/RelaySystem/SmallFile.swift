internal import Glibc

/// A small regular file, read as a whole and without ever waiting for one.
package struct SmallFile: Sendable {
    /// The content, or as much of it as was asked for.
    package let bytes: [UInt8]
    /// The mode bits of stat(2), the lowest nine.
    package let mode: UInt32
    /// The owning group.
    package let group: UInt32

    /// Why a file could not be read.
    package struct Failure: Error, Equatable {
        /// errno; `nil` where something else than a file is there.
        package let code: Int32?

        /// There is no such file.
        package var isMissing: Bool { code == ENOENT }

        /// A clause without the path.
        package var reason: String { code.map(SystemWords.reason) ?? "not a regular file" }

        /// A sentence that begins with the path and says what to do.
        package func words(_ path: String) -> String {
            code.map { SystemWords.unreadable(path, $0) } ?? "'\(path)' is not a regular file: name one"
        }
    }

    /// Reads the first bytes of a file.
    package static func read(_ path: String, atMost limit: Int) throws(Failure) -> SmallFile {
        // O_NONBLOCK: opening a named pipe would otherwise wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(code: nil) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(65_536, limit))
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(code: errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return SmallFile(bytes: bytes, mode: status.st_mode & 0o777, group: status.st_gid)
    }
}
