import Logging
import RelayPlane
import RelaySystemd

extension DescriptorKeeper {
    /// systemd's descriptor store.
    init(_ store: DescriptorStore) {
        self.init(
            keep: { store.keep($0, named: $1) },
            forget: { store.forget(named: $0) },
            settle: { _ = store.settle(timeoutMilliseconds: 500) }
        )
    }
}

extension Daemon {
    /// Tells the operator what the restart has kept and what it could not keep.
    func report(_ succession: Succession) {
        for words in succession.refusedSockets {
            logger.warning("a socket of the process before was closed: \(words)")
        }
        for words in succession.advice { logger.warning("\(words)") }
        if let reason = succession.refusedTables {
            logger.warning(
                """
                the tables of the process before cannot be used: \(reason). Sessions come from the database; addresses are \
                learned from the next datagrams, and players who had rejoined get new connection ids
                """
            )
        }
        if succession.adoptedSockets > 0 {
            logger.notice("went on with open sockets", metadata: ["sockets": "\(succession.adoptedSockets)"])
        }
        guard succession.predecessors > 0 else { return }
        logger.notice(
            "took over from the process before",
            metadata: [
                "sessions": "\(succession.sessions)",
                "users": "\(succession.users)",
                "addresses": "\(succession.addresses)",
                "torn": "\(succession.tornEntries)",
                "starts": "\(succession.predecessors)",
            ]
        )
        if succession.overflow > 0 {
            logger.error(
                "\(succession.overflow) sessions and users of the process before found no room: see sessions.max, limits.users"
            )
        }
    }
}
