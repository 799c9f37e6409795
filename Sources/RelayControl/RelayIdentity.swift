/// How clients reach the relay: the address, and the name announced beside it.
package struct RelayIdentity: Sendable, Equatable {
    /// The public address, IPv6 without brackets.
    package let address: String
    /// A name, or `*.relay.example.net` for one name a session; `nil` where only the address is known.
    package let hostname: String?

    /// An empty hostname is none.
    package init(address: String, hostname: String? = nil) {
        self.address = address
        self.hostname = hostname?.isEmpty == false ? hostname : nil
    }

    /// The host to announce for a session: its 12 hex digits under the wildcard, else the name, else the address.
    package func host(forSessionID id: String) -> String {
        guard let hostname else { return address }
        return hostname.hasPrefix("*.") ? String(id.prefix(12) + hostname.dropFirst()) : hostname
    }
}
