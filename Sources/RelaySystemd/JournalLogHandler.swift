package import Logging

/// Log records in journald's native protocol: one field for each key, so that `journalctl CAUSEWAY_SESSION=…` finds them.
package struct JournalLogHandler: LogHandler {
    package var logLevel: Logger.Level {
        get { ownLevel ?? level() }
        set { ownLevel = newValue }
    }
    package var metadata: Logger.Metadata = [:]
    private var ownLevel: Logger.Level?
    private let label: String
    private let level: @Sendable () -> Logger.Level
    private let send: @Sendable (JournalRecord) -> Void

    /// - Parameters:
    ///   - level: the level in force for every logger without one of its own.
    ///   - send: has a record sent.
    package init(
        label: String,
        level: @escaping @Sendable () -> Logger.Level,
        send: @escaping @Sendable (JournalRecord) -> Void = { $0.send() }
    ) {
        self.label = label
        self.level = level
        self.send = send
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        send(JournalRecord(level: event.level, label: label, message: event.message.description, metadata: fields))
    }
}
