internal import BenchKit
internal import Glibc

/// Writes what a person at the terminal wants to see while the run goes on, to standard error.
struct TerminalObserver: RunObserver {
    /// Whether to keep a progress line up to date.
    let isLive: Bool

    func note(_ event: RunEvent) {
        switch event {
        case .creating(let sessions):
            show("creating \(sessions) sessions ...")
        case .sending:
            show("sending ...")
        case .progress(let seconds, let sent, let delivered, let violations):
            let flying = sent - min(sent, delivered)
            let wrong = violations == 0 ? "" : "   WRONG \(violations)"
            show(
                "\(Int(seconds.rounded())) s   sent \(sent)   delivered \(delivered)   on the way or lost \(flying)\(wrong)"
            )
        case .keptSessions(let count):
            clear()
            Terminal.complain("\(count) sessions could not be deleted; the relay ends them after its idle limit.")
        }
    }

    /// Removes the progress line.
    func clear() {
        if isLive, isatty(STDERR_FILENO) == 1 { Terminal.write("\r\u{1B}[K") }
    }

    private func show(_ line: String) {
        guard isLive else { return }
        let isTerminal = isatty(STDERR_FILENO) == 1
        Terminal.write(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
    }
}

/// Standard error.
enum Terminal {
    /// Writes a message with the command's name in front.
    static func complain(_ message: String) {
        write(
            message.hasPrefix("Error:") || message.hasPrefix("Usage:") ? "\(message)\n" : "causeway-bench: \(message)\n"
        )
    }

    /// Writes text as it is.
    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
