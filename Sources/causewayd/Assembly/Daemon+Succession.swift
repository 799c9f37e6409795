import Glibc
import Logging
import RelayPlane
import RelaySystemd

extension DescriptorKeeper {
    /// systemd's descriptor store.
    /// - Parameter inherited: what is in it already, in part.
    init(_ store: DescriptorStore, inherited: [InheritedDescriptor], logger: Logger) {
        let gauge = StoreGauge(capacity: DescriptorStore.capacity, names: inherited.map(\.name))
        self.init(
            keep: { number, name in
                store.keep(number, named: name)
                guard let capacity = gauge.add(name) else { return }
                logger.warning(
                    """
                    systemd's descriptor store is full: the sockets of further sessions are not kept over a restart, after which \
                    their players have to join again. Raise FileDescriptorStoreMax=\(capacity) in 'systemctl edit \
                    causeway.service', to four for each session with ports of its own, and the FDSTORE beside it
                    """
                )
            },
            forget: { name in
                store.forget(named: name)
                gauge.remove(name)
            },
            settle: { _ = store.settle(timeoutMilliseconds: 500) }
        )
    }
}

/// Where a daemon that stops leaves its tables, for the case that it is started again and systemd has emptied the
/// descriptor store meanwhile: in memory too, gone with the machine's next start.
enum TablesFile {
    private static var path: String? {
        guard let directory = getenv("RUNTIME_DIRECTORY") else { return nil }
        return String(cString: directory).split(separator: ":").first.map { "\($0)/tables" }
    }

    /// The file's descriptor, if there is one.
    static func open() -> [Inheritance.Item] {
        guard let path else { return [] }
        let number = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { return [] }
        return [Inheritance.Item(name: Inheritance.tablesName, number: number)]
    }

    /// What it says holds for one start only: it goes when others have taken its place.
    static func remove() {
        if let path { unlink(path) }
    }

    static func leave(_ plane: RelayPlane, logger: Logger) {
        guard let path else { return }
        do {
            try plane.leaveTables(in: path)
        } catch {
            unlink(path)
            logger.warning("players' addresses were not written down for a later start: \(error)")
        }
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
