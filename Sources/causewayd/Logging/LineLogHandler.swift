import Foundation
import Glibc
import Logging
import RelaySystemd

/// Log lines on standard error: one record is one line, control characters are escaped, long values are cut.
struct LineLogHandler: LogHandler {
    enum Form { case text, json }

    /// The level in force for every logger, unless one has a level of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? LogLevelSwitch.level }
        set { ownLevel = newValue }
    }
    var metadata: Logger.Metadata = [:]
    private var ownLevel: Logger.Level?
    private let label: String
    private let form: Form

    init(label: String, form: Form) {
        self.label = label
        self.form = form
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        for (key, value) in event.metadata ?? [:] { fields[key] = value }
        let pairs = fields.sorted { $0.key < $1.key }.map { ($0.key, LogText.cut($0.value.description)) }
        let line = line(event.level, LogText.cut(event.message.description), pairs)
        LogQueue.shared.add(bytes: line.utf8.count) { StandardError.print(line) }
    }

    /// A record as it is written.
    func line(_ level: Logger.Level, _ message: String, _ pairs: [(String, String)]) -> String {
        let time = Self.timestamp()
        switch form {
        case .text:
            let tail = pairs.map { " \($0)=\(Self.escaped($1))" }.joined()
            return "\(time) \(level.rawValue) \(Self.escaped(message))\(tail)"
        case .json:
            var object = ["time": time, "level": level.rawValue, "logger": label, "message": message]
            for (key, value) in pairs where object[key] == nil { object[key] = value }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let bytes = try? encoder.encode(object) else { return "{\"message\":\"unprintable log record\"}" }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Now, in UTC, as ISO 8601 with milliseconds. By the C library: Foundation's formatter loads data of all the world's
    /// calendars first, which makes every restart longer.
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        let seconds = String(unsafeUninitializedCapacity: 32) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress, $0.count, "%Y-%m-%dT%H:%M:%S", &parts) }
        }
        let milliseconds = String(now.tv_nsec / 1_000_000)
        return seconds + "." + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds + "Z"
    }

    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return text }
        return text.unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F
                ? "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16) : String(scalar)
        }.joined()
    }
}
