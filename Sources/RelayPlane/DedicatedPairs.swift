internal import LinuxIO
internal import RelayCore
internal import Synchronization

/// Pairs of ports that belong to one session each: which sockets an earlier process left for them, and who has them now.
final class DedicatedPairs: Sendable {
    /// A session of an earlier process whose sockets are open.
    struct Claim: Sendable {
        var token: UInt32
        var pair: UInt32
        var sockets: PairSockets
    }

    private struct State {
        var inventory: SocketInventory
        /// Pairs with open sockets that a worker has from an earlier process.
        var claimed: Set<UInt32> = []
    }

    private let range: ClosedRange<UInt16>?
    private let binder: PortBinder
    private let keeper: DescriptorKeeper
    private let state: Mutex<State>

    init(_ mode: PortMode, _ binder: PortBinder, _ keeper: DescriptorKeeper, _ inventory: SocketInventory) {
        range = if case .dedicated(let range) = mode { range } else { nil }
        self.binder = binder
        self.keeper = keeper
        state = Mutex(State(inventory: inventory))
    }

    /// The ports of the n-th pair, from 0; `nil` where all sessions share one.
    func ports(of index: Int) -> PortPair? {
        guard let range else { return nil }
        let first = range.lowerBound + UInt16(truncatingIfNeeded: 2 * index)
        return PortPair(server: first, client: first + 1)
    }

    /// Opens what was left for the sessions of an earlier process; lets go of the rest where all sessions share a pair.
    func claim(_ former: [FormerTables], _ succession: inout Succession) -> [Claim] {
        guard range != nil else {
            let keeper = keeper
            state.withLock { $0.inventory.discardRest(keeper, reason: "the configuration has no use for it") }
            return []
        }
        var claims: [Claim] = []
        for tables in former {
            tables.forEachSession { token, pair in
                if let sockets = take(pair) { claims.append(Claim(token: token, pair: pair, sockets: sockets)) }
            }
        }
        succession.adoptedSockets += claims.reduce(0) { $0 + $1.sockets.open.count }
        return claims
    }

    private func take(_ pair: UInt32) -> PairSockets? {
        guard pair > 0, let ports = validPorts(pair) else { return nil }
        return state.withLock { state in
            guard binder.isInherited(ports, state.inventory),
                let sockets = try? binder.openDedicated(ports, inventory: &state.inventory)
            else { return nil }
            state.claimed.insert(pair)
            return sockets
        }
    }

    private func validPorts(_ pair: UInt32) -> PortPair? {
        guard let range, Int(pair) <= range.count / 2 else { return nil }
        return ports(of: Int(pair) - 1)
    }

    /// Whether a session of an earlier process can be served on its pair. On 0, the pair that all share, it stays known in any
    /// case: of ended ones the tables remember nothing else, and the database names a new pair for the others.
    func isServed(pair: UInt32) -> Bool {
        if range == nil || pair == 0 { return pair == 0 }
        return state.withLock { $0.claimed.contains(pair) }
    }

    /// Opens the n-th pair; `nil` where the worker has it from an earlier process.
    func open(_ index: Int) throws(DataPlaneError) -> PairSockets? {
        guard let ports = ports(of: index) else { throw .cannotStart(reason: "no dedicated ports are configured") }
        if state.withLock({ $0.claimed.contains(PortPairID.dedicated(index).number) }) { return nil }
        let result = state.withLock { state -> Result<PairSockets, DataPlaneError> in
            do throws(DataPlaneError) {
                return .success(try binder.openDedicated(ports, inventory: &state.inventory))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// A pair's sockets were closed.
    func closed(_ pair: UInt32) {
        guard pair > 0, let ports = validPorts(pair) else { return }
        state.withLock { _ = $0.claimed.remove(pair) }
        binder.forgetDedicated(ports)
    }

    /// Every stored session is served again: what nobody asked for is closed.
    func settle() {
        state.withLock { $0.inventory.discardRest(keeper, reason: "no session is served on it") }
    }

    func takeRefusals() -> [String] { state.withLock { $0.inventory.takeRefusals() } }
}
