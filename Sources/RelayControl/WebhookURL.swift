internal import FoundationEssentials

/// The target of a webhook, checked for form only: where it may point is decided when its address is known.
package struct WebhookURL: Sendable, Equatable {
    /// The longest URL that is taken, in UTF-8 bytes.
    package static let maxLength = 2048

    /// The URL as it was sent.
    package let text: String
    /// The host in lower case, IPv6 in brackets.
    package let host: String
    /// Scheme, host and port: what may be shown to those who must not see the rest, which may hold a secret.
    package let origin: String

    /// Takes an absolute http or https URL with a host; `nil` for anything else.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maxLength, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty,
            (parts.port ?? 1) > 0, (parts.port ?? 1) <= 65535
        else { return nil }
        self.text = text
        self.host = host.lowercased()
        origin = "\(scheme)://\(host.lowercased())" + (parts.port.map { ":\($0)" } ?? "")
    }
}
