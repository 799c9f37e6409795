internal import Glibc
internal import RelaySystem
internal import Synchronization

/// Where a Unix socket appears with its final mode, never with another one: it is bound in a directory that only this
/// process's user may enter, and moved from there.
final class SocketPlace: Sendable {
    let path: String
    /// The configuration key of the listener, for messages.
    private let name: String
    private let directory: String
    /// Which file is ours, once it is in its place.
    private let published = Mutex<FileStatus?>(nil)

    /// - Throws: `ListenerError` where the directory of `path` cannot be written to.
    init(_ path: String, named name: String) throws(ListenerError) {
        self.path = path
        self.name = name
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        var template = Array("\(parent)/.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Self.failure("is not possible in its directory", path, name)
        }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where to bind.
    var temporaryPath: String { "\(directory)/s" }

    /// Puts the bound socket in its place. One that a crash left behind there is replaced.
    func publish(_ permissions: SocketPermissions) throws(ListenerError) {
        try permissions.apply(to: temporaryPath, of: name)
        guard let status = FileStatus(of: temporaryPath), rename(temporaryPath, path) == 0 else {
            throw Self.failure("could not be put in its place", path, name)
        }
        published.withLock { $0 = status }
        rmdir(directory)
    }

    /// Removes what is left of the socket, unless another process has put its own there.
    func remove() {
        if let own = published.withLock({ $0 }), FileStatus(of: path) == own { unlink(path) }
        unlink(temporaryPath)
        rmdir(directory)
    }

    private static func failure(_ what: String, _ path: String, _ name: String) -> ListenerError {
        ListenerError(
            "'\(path)' \(what): \(SystemWords.reason(errno)). Choose another path",
            key: name
        )
    }
}
