internal import Glibc
internal import RelaySystem

/// Tries a Unix socket, to say at once and in words why nobody answers there.
enum SocketProbe {
    enum Finding: Equatable {
        case listening
        /// No file, or one that nobody listens on any more.
        case nobody
        case forbidden
        case other(String)
    }

    /// - Parameter path: at most 107 bytes (unix(7)).
    static func look(at path: String) -> Finding {
        guard path.utf8.count <= 107 else { return .other("the path is longer than the 107 bytes of a socket's path") }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .other(SystemWords.reason(errno)) }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return .listening }
        return switch errno {
        case ENOENT, ECONNREFUSED: .nobody
        case EACCES, EPERM: .forbidden
        default: .other(SystemWords.reason(errno))
        }
    }
}
