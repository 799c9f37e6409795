import LinuxIO
import RelayConfig
import RelayNet
import RelaySystem

extension Premises {
    /// Whether the process may open as many files as it will want to, after it has raised its limit as far as it may.
    static func descriptorFindings(_ configuration: Configuration) -> [Finding] {
        descriptorFindings(
            configuration,
            limit: ProcessLimits.raiseOpenFiles(),
            processors: Affinity.allowedProcessors().count,
            localAddresses: min(LocalInterfaces.addresses().count, 16)
        )
    }

    /// - Parameters:
    ///   - limit: open files.
    ///   - localAddresses: addresses of the machine that get sockets of their own beside a wildcard's.
    static func descriptorFindings(
        _ configuration: Configuration,
        limit: Int,
        processors: Int,
        localAddresses: Int
    ) -> [Finding] {
        let workers = if case .count(let count) = configuration.relay.workers { count } else { processors }
        let isWildcard = configuration.relay.bind.reach == .unspecified
        let families = isWildcard ? 2 : 1
        let dedicated = configuration.relay.ports.dedicated
        // Two ports for each worker, family and address; an epoll instance, an event and a timer for each thread; the database,
        // listeners, the log and what libraries open.
        let sockets = dedicated == nil ? 2 * (families + (isWildcard ? localAddresses : 0)) : 0
        let least = workers * (sockets + 3) + 3 * processors + 32
        let raise = "raise LimitNOFILE= of the unit, or 'ulimit -n'"
        guard limit >= least else {
            return [
                Finding(
                    key: "relay.workers",
                    words:
                        "this process may open only \(limit) files and needs \(least) for \(workers) workers: \(raise)"
                )
            ]
        }
        let sessions = dedicated.map { 2 * families * min($0.pairs, configuration.sessions.max) } ?? 0
        let most = least + sessions + configuration.limits.apiConnections
        guard limit < most else { return [] }
        let users =
            dedicated == nil
            ? "limits.api_connections \(configuration.limits.apiConnections)"
            : "all of relay.ports.dedicated and limits.api_connections \(configuration.limits.apiConnections)"
        return [
            Finding(
                key: dedicated == nil ? "limits.api_connections" : "relay.ports.dedicated",
                words: "this process may open only \(limit) files, and \(users) would take \(most): \(raise)",
                weight: .advice
            )
        ]
    }
}
