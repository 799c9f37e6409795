internal import NIOCore
internal import RelayNet

/// Finds out from which address a request came.
enum CallerAddress {
    /// The nearest address that no trusted proxy vouched for being a proxy.
    ///
    /// `X-Forwarded-For` grows to the right, and its left end is whatever the caller wrote. So it counts only where the
    /// connection itself comes from a trusted proxy, and is read from the right, past further trusted ones. Text that is
    /// no address ends the walk at the last address that was proven.
    /// - Parameters:
    ///   - peer: the other end of the connection. A Unix socket's is a process of this machine, let in by the file's
    ///     permissions: it is trusted, and stands for 127.0.0.1 where it names nobody.
    ///   - forwardedFor: the values of the header, in order.
    static func resolve(peer: SocketAddress?, forwardedFor: [String], trustedProxies: [IPNetwork]) -> IPAddress {
        let connected = peer?.address
        var caller = connected ?? IPAddress(ipv4: 0x7F00_0001)
        guard isTrusted(connected, trustedProxies) else { return caller }
        let hops = forwardedFor.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for hop in hops.reversed() {
            guard let address = address(ofHop: hop) else { return caller }
            caller = address
            if !isTrusted(address, trustedProxies) { return caller }
        }
        return caller
    }

    /// Whether the header counts from a peer; `nil` is that of a Unix socket.
    static func isTrusted(_ peer: IPAddress?, _ trustedProxies: [IPNetwork]) -> Bool {
        guard let peer else { return true }
        return trustedProxies.contains { $0.contains(peer) }
    }

    /// An entry of the header: an address, or as some proxies write it, one with a port or in brackets.
    private static func address(ofHop hop: Substring) -> IPAddress? {
        var text = hop.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        if let address = IPAddress(String(text)) { return address }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return IPAddress(String(text[text.index(after: text.startIndex)..<end]))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? IPAddress(String(parts[0])) : nil
    }
}

extension SocketAddress {
    /// The IP address; `nil` for Unix sockets.
    var address: IPAddress? { ipAddress.flatMap { IPAddress($0) } }
}
