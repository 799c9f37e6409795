/// What a reload came to.
package struct ReloadBody: Codable, Sendable, Equatable {
    /// Whether the new configuration was taken over; nothing of it was otherwise.
    package var isApplied: Bool
    /// Keys that changed and are in force.
    package var changed: [String]
    /// Keys that changed and wait for a restart.
    package var needsRestart: [String]
    /// Why nothing was taken over, a line each.
    package var problems: [String]

    package init(isApplied: Bool, changed: [String] = [], needsRestart: [String] = [], problems: [String] = []) {
        self.isApplied = isApplied
        self.changed = changed
        self.needsRestart = needsRestart
        self.problems = problems
    }
}

/// The log level that was in force, and the one that is now.
package struct LogLevelBody: Codable, Sendable, Equatable {
    package var level: String
    package var previous: String

    package init(level: String, previous: String) {
        self.level = level
        self.previous = previous
    }
}

/// What an order came to in words; of a refusal, why.
package struct MessageBody: Codable, Sendable, Equatable {
    package var message: String

    package init(message: String) { self.message = message }
}
