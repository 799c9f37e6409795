internal import RelayNet

extension SessionRequest {
    /// Checks what a caller can get wrong.
    /// - Returns: the webhook's target, where one is asked for.
    /// - Throws: `.invalid`.
    func validated(maxUsers: Int) throws(RelayError) -> WebhookURL? {
        guard !addresses.isEmpty else {
            throw RelayError(.invalid, "users must have at least one entry, such as [{\"ip\": \"203.0.113.7\"}]")
        }
        guard addresses.count <= maxUsers else {
            throw RelayError(
                .invalid,
                "users has \(addresses.count) entries, at most \(maxUsers) are allowed ('sessions.max_users')"
            )
        }
        for (index, address) in addresses.enumerated() {
            try Self.validate(address: address, name: "users[\(index)].ip")
        }
        guard let webhookURL, !webhookURL.isEmpty else { return nil }
        guard let url = WebhookURL(webhookURL) else {
            throw RelayError(
                .invalid,
                "webhook_url must be an absolute http or https URL with a host, at most \(WebhookURL.maxLength) bytes"
            )
        }
        return url
    }

    /// - Throws: `.invalid` for what is no IPv4 or IPv6 literal.
    static func validate(address: String, name: String) throws(RelayError) {
        if IPAddress(address) != nil { return }
        throw RelayError(.invalid, "\(name) must be an IPv4 or IPv6 address, not '\(address.clipped(to: 60))'")
    }
}
