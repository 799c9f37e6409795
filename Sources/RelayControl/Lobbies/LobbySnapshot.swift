internal import Synchronization

/// A lobby as it stands until its next change, with what was made of it for callers: that is made once and shown often.
package final class LobbySnapshot: Sendable {
    package let lobby: Lobby
    /// What the list shows.
    package let brief = RenderOnce()
    /// What everybody may see of it.
    package let body = RenderOnce()
    private let tagHashes: [Int]

    init(_ lobby: Lobby) {
        self.lobby = lobby
        tagHashes = lobby.tags.map(\.hashValue)
    }

    /// Whether it has a tag; numbers are compared first, since whoever lists may ask for any tag of any lobby.
    func has(tag: String, hash: Int) -> Bool { tagHashes.contains(hash) && lobby.tags.contains(tag) }
}

/// Holds what was made of a value that does not change.
package final class RenderOnce: Sendable {
    private let made = Mutex<(any Sendable)?>(nil)

    package init() {}

    /// What `make` returned the first time.
    package func value<Value: Sendable>(_ make: () -> Value) -> Value {
        made.withLock { known in
            if let value = known as? Value { return value }
            let value = make()
            known = value
            return value
        }
    }
}
