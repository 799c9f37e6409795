package import RelayNet
internal import Synchronization

/// The addresses at which lobby calls of many players arrive, since something in between hides theirs: they say nothing
/// about who calls.
package final class SharedSources: Sendable {
    /// So many neighbours are remembered; behind one machine or one network there are few.
    private static let mostNeighbours = 1_000

    private struct State {
        var shared: Set<IPNetwork> = []
        var neighbours: Set<IPNetwork> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether an address is shared, as far as is known. An address of this machine or of a private network is looked after
    /// from its first call on; any other is the player's own, or shared by whom the relay cannot tell apart anyway.
    package func contains(_ address: IPAddress) -> Bool {
        switch address.reach {
        case .loopback, .private, .linkLocal: break
        default: return state.withLock { !$0.shared.isEmpty && $0.shared.contains(address.sourceNetwork) }
        }
        return state.withLock { state in
            if state.neighbours.count < Self.mostNeighbours { state.neighbours.insert(address.sourceNetwork) }
            return state.shared.contains(address.sourceNetwork)
        }
    }

    /// Neighbours that called, and that are not known to be shared.
    package var candidates: Set<IPNetwork> { state.withLock { $0.neighbours.subtracting($0.shared) } }

    /// - Returns: whether that is new.
    @discardableResult
    package func insert(_ source: IPNetwork) -> Bool { state.withLock { $0.shared.insert(source).inserted } }
}
