internal import Glibc
internal import RelayAdmin
internal import RelaySystem

/// Where answers go.
enum Output {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// JSON on one line, or on several where a person reads it.
    static func json(_ body: some Encodable) throws {
        StandardOutput.print(String(decoding: try AdminJSON.encode(body, isPretty: isTerminal), as: UTF8.self))
    }

    static func lines(_ lines: [String]) {
        if lines.isEmpty { return }
        StandardOutput.print(lines.joined(separator: "\n"))
    }

    /// What went wrong, as the argument parser says it.
    static func complain(_ text: String) {
        _ = RawOutput.write(Array("Error: \(text)\n".utf8), to: STDERR_FILENO)
    }
}
