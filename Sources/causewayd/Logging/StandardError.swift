import Glibc
import RelaySystem
import RelaySystemd

/// Lines for the person at the terminal, or for whoever reads the log.
enum StandardError {
    /// How bad it is, as syslog(3) counts.
    enum Severity: Int {
        case error = 3
        case warning = 4
    }

    /// What stands before a line so that the journal knows its priority (sd-daemon(3)); nothing for everybody else.
    static func prefix(_ severity: Severity) -> String {
        JournalStream.isStandardError ? "<\(severity.rawValue)>" : ""
    }

    /// One write for one line, so that lines of several threads never mix.
    static func print(_ line: String, _ severity: Severity? = nil) {
        let start = severity.map(prefix) ?? ""
        _ = RawOutput.write(Array("\(start)\(line)\n".utf8), to: STDERR_FILENO)
    }
}
