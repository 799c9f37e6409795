internal import CSystemd
internal import Glibc
package import Logging

/// One record of the journal: fields by name, as systemd.journal-fields(7) has them.
package struct JournalRecord: Equatable, Sendable {
    /// `NAME=value`, in the order in which they are sent.
    package let fields: [String]

    /// - Parameters:
    ///   - label: of the logger, `LOGGER`.
    ///   - metadata: one field each, `CAUSEWAY_` and the key.
    package init(level: Logger.Level, label: String, message: String, metadata: Logger.Metadata) {
        var fields = [
            "MESSAGE=\(LogText.cut(message))",
            "PRIORITY=\(Self.priority(level))",
            "SYSLOG_IDENTIFIER=causewayd",
            "LOGGER=\(label)",
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            fields.append("\(Self.name(key))=\(LogText.cut(value.description))")
        }
        self.fields = fields
    }

    /// Bytes of all fields.
    package var size: Int { fields.reduce(0) { $0 + $1.utf8.count } }

    /// Hands the record to journald, and waits where that does not read. One that is not running gets nothing, and that is no
    /// error (sd_journal_sendv(3)).
    package func send() {
        let bytes = fields.flatMap { Array($0.utf8) }
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var offset = 0
            let pieces = fields.map { field in
                let length = field.utf8.count
                defer { offset += length }
                return iovec(iov_base: UnsafeMutableRawPointer(mutating: base + offset), iov_len: length)
            }
            _ = sd_journal_sendv(pieces, Int32(pieces.count))
        }
    }

    /// The severity of syslog(3).
    static func priority(_ level: Logger.Level) -> Int32 {
        switch level {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }

    /// journald takes names of at most 64 capitals, digits and underscores, and drops the fields of others.
    static func name(_ key: String) -> String {
        let letters = key.utf8.map { byte -> Character in
            let letter = Character(UnicodeScalar(byte))
            return letter.isASCII && (letter.isLetter || letter.isNumber) ? Character(letter.uppercased()) : "_"
        }
        return String(("CAUSEWAY_" + letters).prefix(64))
    }
}
