import Glibc
import Logging
import RelayConfig
import RelaySystemd

/// Where log records go and in which form.
enum LogDestination: Equatable {
    case lines(LineLogHandler.Form)
    case journal

    /// - Parameters:
    ///   - isJournal: whether standard error leads to the journal.
    ///   - isTerminal: whether somebody sits there.
    init(_ format: LogFormat, isJournal: Bool, isTerminal: Bool) {
        self =
            switch format {
            case .text: .lines(.text)
            case .json: .lines(.json)
            case .journald: .journal
            case .automatic: isJournal ? .journal : .lines(isTerminal ? .text : .json)
            }
    }

    /// By what standard error is.
    init(_ format: LogFormat) {
        self.init(format, isJournal: JournalStream.isStandardError, isTerminal: isatty(STDERR_FILENO) == 1)
    }

    /// Makes the handler of a logger.
    func handler(label: String) -> any LogHandler {
        switch self {
        case .lines(let form): LineLogHandler(label: label, form: form)
        case .journal: JournalLogHandler(label: label) { LogLevelSwitch.level }
        }
    }
}
