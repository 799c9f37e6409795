import Foundation

/// A directory of one test, removed with its contents when the last reference goes.
final class ScratchDirectory {
    let root: String

    init() throws {
        root = NSTemporaryDirectory() + "causeway-test-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(
            atPath: root,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    func path(_ name: String) -> String {
        root + "/" + name
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
        let path = path(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }
}
