internal import Glibc

/// The path of a Unix socket that is to be listened on. A socket that a crash left behind is replaced; one that somebody
/// listens on is not, and nor is anything else that stands there.
enum UnixSocketPath {
    /// - Parameters:
    ///   - path: at most 107 bytes.
    ///   - name: the configuration key, for the message.
    /// - Throws: `ListenerError` where the path is taken.
    static func require(_ path: String, free name: String) throws(ListenerError) {
        guard let status = FileStatus(of: path) else { return }
        guard status.isSocket else {
            throw ListenerError(
                "'\(path)' is there already and is no socket: remove it, or choose another path",
                key: name
            )
        }
        guard !isListenedOn(path) else {
            throw ListenerError(
                "another process listens on '\(path)': is another relay running? Stop it, or choose another path",
                key: name,
                isTaken: true
            )
        }
    }

    private static func isListenedOn(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // A `sockaddr_un` by its layout (unix(7)): family, then the path, zero-terminated.
        var name = [UInt8](repeating: 0, count: 110)
        withUnsafeBytes(of: sa_family_t(AF_UNIX)) { name.replaceSubrange(0..<2, with: $0) }
        let bytes = Array(path.utf8.prefix(107))
        name.replaceSubrange(2..<2 + bytes.count, with: bytes)
        return name.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return false }
            return connect(descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(110)) == 0
        }
    }
}
