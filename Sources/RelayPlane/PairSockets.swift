internal import LinuxIO
internal import RelayCore

/// One worker's sockets of a pair of ports: a socket for each port and address family. −1 where a family is not served.
struct PairSockets: Sendable {
    var serverIPv4: Int32 = -1
    var serverIPv6: Int32 = -1
    var clientIPv4: Int32 = -1
    var clientIPv6: Int32 = -1

    mutating func set(_ role: PortRole, isIPv4: Bool, _ number: Int32) {
        switch (role, isIPv4) {
        case (.server, true): serverIPv4 = number
        case (.server, false): serverIPv6 = number
        case (.client, true): clientIPv4 = number
        case (.client, false): clientIPv6 = number
        }
    }

    /// The open sockets with their roles.
    var open: [(number: Int32, role: PortRole)] {
        [(serverIPv4, .server), (serverIPv6, .server), (clientIPv4, .client), (clientIPv6, .client)]
            .filter { $0.0 >= 0 }
    }

    func closeAll() {
        for socket in open { _ = Descriptor(socket.number) }
    }

    /// These sockets, and those of `other` for a family that is not served here.
    func completed(by other: PairSockets) -> PairSockets {
        PairSockets(
            serverIPv4: serverIPv4 >= 0 ? serverIPv4 : other.serverIPv4,
            serverIPv6: serverIPv6 >= 0 ? serverIPv6 : other.serverIPv6,
            clientIPv4: clientIPv4 >= 0 ? clientIPv4 : other.clientIPv4,
            clientIPv6: clientIPv6 >= 0 ? clientIPv6 : other.clientIPv6
        )
    }
}

/// One worker's sockets of the pair that all sessions share.
///
/// On a wildcard address every datagram would have to carry the address it came to and the one it leaves from, which costs
/// three to five percent of all that a datagram costs (bench/LOG.md). So each of the machine's addresses has sockets of its
/// own, where the kernel knows both; the wildcard's take what comes to addresses that the machine gets later.
struct SharedSockets: Sendable {
    /// Bound to the configured address: one pair for each position of the port's group that is this worker's.
    var main: [PairSockets] = []
    /// Bound to one address of the machine each; sockets of one family, with the pair of `main` of the same position.
    var local: [(address: LocalAddress, sockets: PairSockets, main: Int)] = []

    func closeAll() {
        for sockets in main { sockets.closeAll() }
        for entry in local { entry.sockets.closeAll() }
    }
}
