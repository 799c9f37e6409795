/// The lobbies of a service in the order in which players see them, until the next change.
package final class LobbyListing: Sendable {
    /// Lobbies of a page, where the caller does not ask for fewer.
    package static let pageSize = 100
    /// How many lobbies of one host's address may stand before anybody's next.
    private static let layer = 5

    package let lobbies: [LobbySnapshot]
    /// The first page for callers who ask for nothing in particular.
    package let firstPage = RenderOnce()

    /// A lobby, and whether its host seems to be there.
    struct Candidate {
        var snapshot: LobbySnapshot
        var isAlive: Bool

        /// Whether somebody who looks for a game finds one here.
        var isInviting: Bool { isAlive && snapshot.lobby.isJoinable && !snapshot.lobby.isFull }
    }

    /// Inviting ones first, then the newest; but nobody's sixth before everybody's first five, so that one address does
    /// not fill the page.
    init(_ candidates: [Candidate]) {
        let ranked = candidates.sorted { first, second in
            if first.isInviting != second.isInviting { return first.isInviting }
            let (one, other) = (first.snapshot.lobby, second.snapshot.lobby)
            return (one.createdAt, one.id) > (other.createdAt, other.id)
        }
        var before: [String: Int] = [:]
        var layers: [[LobbySnapshot]] = []
        for candidate in ranked {
            let source = candidate.snapshot.lobby.host?.source ?? ""
            let layer = before[source, default: 0] / Self.layer
            before[source, default: 0] += 1
            while layers.count <= layer { layers.append([]) }
            layers[layer].append(candidate.snapshot)
        }
        lobbies = Array(layers.joined())
    }

    /// Those that have all of the tags.
    package func matching(_ tags: [String]) -> [LobbySnapshot] {
        guard !tags.isEmpty else { return lobbies }
        let wanted = Set(tags).map { ($0, $0.hashValue) }
        return lobbies.filter { lobby in wanted.allSatisfy { lobby.has(tag: $0, hash: $1) } }
    }
}
