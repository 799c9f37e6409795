import Glibc

/// Lines for the person at the terminal, or for whoever reads the log.
enum StandardError {
    /// One write for one line, so that lines of several threads never mix.
    static func print(_ line: String) {
        var bytes = Array(line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while let base = rest.baseAddress, !rest.isEmpty {
                let written = write(STDERR_FILENO, base, rest.count)
                if written > 0 { rest = rest.dropFirst(written) } else if errno != EINTR { return }
            }
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddress: UnsafeRawPointer? { base.baseAddress.map { $0 + startIndex } }
}
