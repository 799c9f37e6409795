internal import Glibc

/// A file that only its owner can read, for the tokens of the sessions that a run made.
package final class TokenFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Makes the file, or empties one that is there and takes it from others.
    package init(path: String) throws(BenchError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        // One that was there keeps its mode otherwise.
        guard descriptor >= 0, fchmod(descriptor, 0o600) == 0 else {
            throw TokenFile.failure(path)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes a line for each session: its own token, then those of its users, with blanks between.
    func write(_ sessions: [CreatedSession]) throws(BenchError) {
        for session in sessions where !session.tokens.isEmpty {
            try write(session.tokens.map(String.init).joined(separator: " ") + "\n")
        }
    }

    private func write(_ line: String) throws(BenchError) {
        let bytes = Array(line.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw TokenFile.failure(path) }
            written += count
        }
    }

    private static func failure(_ path: String) -> BenchError {
        BenchError("Cannot write --tokens \(path): \(String(cString: strerror(errno))).")
    }
}
