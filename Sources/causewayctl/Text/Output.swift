internal import Glibc
internal import RelayAdmin

/// Where answers go.
enum Output {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// JSON on one line, or on several where a person reads it.
    static func json(_ body: some Encodable) throws {
        print(String(decoding: try AdminJSON.encode(body, isPretty: isTerminal), as: UTF8.self))
        flush()
    }

    static func lines(_ lines: [String]) {
        for line in lines { print(line) }
        flush()
    }

    /// What went wrong, as the argument parser says it.
    static func complain(_ text: String) {
        let bytes = Array("Error: \(text)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    /// Whoever reads a pipe has to see it now.
    private static func flush() { fflush(nil) }
}
