import Glibc

/// A file that goes away with its last reference.
final class TemporaryFile: Sendable {
    let path: String

    init(_ contents: [UInt8]) throws {
        var template = Array("/tmp/causeway-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw CannotWrite() }
        defer { close(descriptor) }
        guard write(descriptor, contents, contents.count) == contents.count else { throw CannotWrite() }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { unlink(path) }

    struct CannotWrite: Error {}
}
