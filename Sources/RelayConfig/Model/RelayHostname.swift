import RelayNet

/// The public name of this relay: `relay.hostname`.
package struct RelayHostname: Sendable, Hashable, CustomStringConvertible {
    /// The name, without the `*.` of a wildcard; lower case.
    package let domain: String
    /// Whether each session gets its own name below ``domain``.
    package let isWildcard: Bool

    /// Reads a host name (RFC 1123), optionally with `*.` in front; `nil` for anything else, addresses included.
    package init?(_ text: String) {
        isWildcard = text.hasPrefix("*.")
        domain = (isWildcard ? String(text.dropFirst(2)) : text).lowercased()
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        // A session's id takes 12 characters and a dot in front of a wildcard's domain.
        guard domain.utf8.count <= (isWildcard ? 240 : 253), labels.allSatisfy(Self.isLabel),
            IPAddress(domain) == nil, labels.last?.contains(where: \.isLetter) == true
        else { return nil }
    }

    /// The name to announce for a session.
    /// - Parameter sessionHex: the 12 hexadecimal digits of the session's id.
    package func name(forSession sessionHex: some StringProtocol) -> String {
        isWildcard ? "\(sessionHex).\(domain)" : domain
    }

    /// The text that ``init(_:)`` reads.
    package var description: String { isWildcard ? "*.\(domain)" : domain }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
