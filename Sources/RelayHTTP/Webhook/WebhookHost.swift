internal import FoundationEssentials
internal import RelayControl

/// Whom a webhook's URL names.
struct WebhookHost: Sendable, Equatable {
    /// A name, or an address without brackets.
    let name: String
    let port: Int
    let isTLS: Bool

    /// For URLs that are none.
    static let refusal = "the URL is not one of http or https"

    /// `nil` for what is no absolute URL of http or https with a host.
    init?(_ text: String) {
        guard let checked = WebhookURL(text), let url = URL(string: checked.text), let host = url.host, !host.isEmpty
        else { return nil }
        name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        isTLS = url.scheme?.lowercased() == "https"
        port = url.port ?? (isTLS ? 443 : 80)
    }
}
