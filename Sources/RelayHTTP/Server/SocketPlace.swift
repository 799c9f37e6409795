internal import Glibc
internal import RelaySystem
internal import Synchronization

/// Where a Unix socket appears with its final mode, never with another one: it is bound in a directory that only this
/// process's user may enter, and moved from there.
final class SocketPlace: Sendable {
    let path: String
    private let directory: String
    /// Which file is ours, once it is in its place.
    private let published = Mutex<ino_t?>(nil)

    /// - Throws: `ListenerError` where the directory of `path` cannot be written to.
    init(_ path: String) throws(ListenerError) {
        self.path = path
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        var template = Array("\(parent)/.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.failure("is not possible in its directory", path) }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where to bind.
    var temporaryPath: String { "\(directory)/s" }

    /// Puts the bound socket in its place. One that a crash left behind there is replaced.
    func publish(mode: mode_t) throws(ListenerError) {
        var status = stat()
        guard chmod(temporaryPath, mode) == 0, lstat(temporaryPath, &status) == 0, rename(temporaryPath, path) == 0
        else { throw Self.failure("could not be put in its place", path) }
        published.withLock { $0 = status.st_ino }
        rmdir(directory)
    }

    /// Removes what is left of the socket, unless another process has put its own there.
    func remove() {
        var status = stat()
        if let own = published.withLock({ $0 }), lstat(path, &status) == 0, status.st_ino == own { unlink(path) }
        unlink(temporaryPath)
        rmdir(directory)
    }

    private static func failure(_ what: String, _ path: String) -> ListenerError {
        ListenerError(
            "'\(path)' \(what): \(SystemWords.reason(errno)). Choose another path",
            key: "control.socket"
        )
    }
}
