/// When a user's address may change: `sessions.roaming`.
package enum Roaming: String, Sendable, CaseIterable {
    /// Never to another IP address.
    case strict
    /// To another IP address once the old one is silent; and back, though the new one lives.
    case normal
    /// The newest address always wins.
    case open
}

/// The least severe level that is written: `log.level`.
package enum LogLevel: String, Sendable, CaseIterable {
    /// Everything.
    case trace
    /// Details for developers.
    case debug
    /// What an operator wants to see on a good day.
    case info
    /// Normal but rare.
    case notice
    /// Something may become a fault.
    case warning
    /// Something failed.
    case error
    /// The daemon cannot go on.
    case critical
}

/// The form of log lines: `log.format`.
package enum LogFormat: String, Sendable, CaseIterable {
    /// What suits where standard error leads to.
    case automatic = "auto"
    /// One readable line an event.
    case text
    /// One JSON object an event.
    case json
    /// One record of the journal an event, with fields.
    case journald
}

/// What a key may do: `scopes` of `api.keys`.
package enum APIScope: String, Sendable, CaseIterable {
    /// Create, change and end relay sessions.
    case sessions
    /// Manage lobbies.
    case lobbies
    /// Every GET, without tokens and what else is secret.
    case monitor
    /// Every GET.
    case read
    /// Everything.
    case admin
}

/// The number of data-plane threads: `relay.workers`.
package enum WorkerCount: Sendable, Equatable {
    /// One a core.
    case automatic
    /// So many, 1…64.
    case count(Int)
}

/// One entry of `api.keys`: a key is known by its hash only.
package struct APIKey: Sendable, Equatable {
    /// The name under which the key appears in logs.
    package let name: String
    /// SHA-256 of the key's text, 32 bytes.
    package let sha256: [UInt8]
    /// What the key may do; never empty.
    package let scopes: Set<APIScope>

    /// Makes an entry; the hash has 32 bytes.
    package init(name: String, sha256: [UInt8], scopes: Set<APIScope>) {
        self.name = name
        self.sha256 = sha256
        self.scopes = scopes
    }
}
