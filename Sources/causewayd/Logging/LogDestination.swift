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
        case .journal:
            JournalLogHandler(
                label: label,
                level: { LogLevelSwitch.level },
                send: { record in LogQueue.shared.add(bytes: record.size) { record.send() } }
            )
        }
    }

    /// Writes on the calling thread that records were lost.
    @Sendable func report(lost: UInt64) {
        let words = "records of the log were lost: what they are written to had stopped reading"
        switch self {
        case .lines(let form):
            let handler = LineLogHandler(label: "causewayd", form: form)
            StandardError.print(handler.line(.warning, words, [("records", "\(lost)")]))
        case .journal:
            JournalRecord(level: .warning, label: "causewayd", message: words, metadata: ["records": "\(lost)"]).send()
        }
    }

    /// Has records written by a thread of their own from now on.
    func start() { LogQueue.shared.start(report: report) }
}
