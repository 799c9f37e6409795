internal import Hummingbird
internal import NIOCore

/// Where a listener takes connections.
package enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A host name or address, IPv6 without brackets, and a port; port 0 lets the system choose.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket.
    case unix(path: String)

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// 0 for a Unix socket.
    var port: UInt16 {
        if case .tcp(_, let port) = self { UInt16(clamping: port) } else { 0 }
    }

    var bindAddress: BindAddress {
        switch self {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    /// The same with the port that was really bound.
    func bound(to address: SocketAddress?) -> ListenAddress {
        guard case .tcp(let host, _) = self, let port = address?.port else { return self }
        return .tcp(host: host, port: port)
    }
}
