internal import Logging

/// What the HTTP framework has to say, as details for developers: it speaks in errors of its own, and at every stop of each
/// connection that was cut off. What an operator needs to know, the listeners say themselves.
struct FrameworkLogHandler: LogHandler {
    /// Where records go.
    let logger: Logger
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level {
        get { logger.logLevel }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let text = event.message.description
        guard !text.contains("CancellationError"), !text.hasPrefix("Server shutdown error") else { return }
        logger.debug(event.message, metadata: metadata.merging(event.metadata ?? [:]) { $1 })
    }
}

extension Logger {
    /// The same logger, for the framework.
    var forFramework: Logger { Logger(label: label) { _ in FrameworkLogHandler(logger: self) } }
}
