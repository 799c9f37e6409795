package import RelayNet

/// Where a listener accepts connections.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A TCP port on a local address; port 0 lets the system choose.
    case tcp(IPAddress, port: UInt16)
    /// A Unix stream socket at an absolute path of at most 107 bytes.
    case unix(path: String)

    /// What a listener is before the table of keys has filled it in.
    static let unset = ListenAddress.tcp(IPAddress(ipv4: 0), port: 0)

    /// The most bytes of a socket's path: `sun_path` has 108, one of them the final zero (unix(7)).
    static let longestPath = 107

    /// Reads `address:port`, `[ipv6]:port`, `localhost:port` or `unix:/path`; `nil` for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), path.utf8.count <= Self.longestPath, !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = String(text[..<colon])
        if host == "localhost" { host = "127.0.0.1" }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        // An IPv6 address without brackets would be ambiguous: is `::1:80` a port?
        guard host.contains(":") == isBracketed, let address = IPAddress(host),
            let port = DecimalText.uint16(text[text.index(after: colon)...])
        else { return nil }
        self = .tcp(address, port: port)
    }

    /// Whether only this machine can connect.
    package var isLocal: Bool {
        switch self {
        case .tcp(let address, _): address.reach == .loopback
        case .unix: true
        }
    }

    /// Whether the system refuses to have both at once.
    func collides(with other: ListenAddress) -> Bool {
        switch (self, other) {
        case (.unix(let path), .unix(let otherPath)): Self.normal(path) == Self.normal(otherPath)
        // A port that the system chooses is never one that is taken.
        case (.tcp(_, port: 0), .tcp): false
        case (.tcp(let address, let port), .tcp(let otherAddress, let otherPort)):
            port == otherPort
                && (address == otherAddress || Self.covers(address, otherAddress) || Self.covers(otherAddress, address))
        default: false
        }
    }

    /// Whether a listener on one address takes connections to the other too. `::` takes both families.
    private static func covers(_ wide: IPAddress, _ narrow: IPAddress) -> Bool {
        wide.reach == .unspecified && (!wide.isIPv4 || narrow.isIPv4)
    }

    /// The path without empty parts and dots.
    private static func normal(_ path: String) -> [Substring] {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts
    }

    /// The text that ``init(_:)`` reads.
    package var description: String {
        switch self {
        case .tcp(let address, let port): "\(address.bracketed):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
