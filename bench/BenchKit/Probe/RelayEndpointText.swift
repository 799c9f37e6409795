/// `HOST:PORT` as a person writes it: a name, an IPv4 address, or an IPv6 address in brackets.
package struct RelayEndpointText: Sendable, Equatable {
    package let host: String
    package let port: UInt16

    /// `nil` for text without a host, or with a port outside 1 … 65535.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = text[..<colon]
        if host.first == "[" && host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }
}
