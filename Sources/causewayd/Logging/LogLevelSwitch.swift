import Logging
import Synchronization

/// The log level in force: a reload changes it for every logger at once.
enum LogLevelSwitch {
    private static let current = Mutex(Logger.Level.info)

    static var level: Logger.Level {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
