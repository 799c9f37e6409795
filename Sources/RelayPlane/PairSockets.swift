internal import LinuxIO
internal import RelayCore

/// One worker's sockets of a pair of ports: a socket for each port and address family. −1 where a family is not served.
struct PairSockets: Sendable {
    var serverIPv4: Int32 = -1
    var serverIPv6: Int32 = -1
    var clientIPv4: Int32 = -1
    var clientIPv6: Int32 = -1

    @inline(__always)
    func socket(_ role: PortRole, isIPv4: Bool) -> Int32 {
        switch role {
        case .server: isIPv4 ? serverIPv4 : serverIPv6
        case .client: isIPv4 ? clientIPv4 : clientIPv6
        }
    }

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
}
