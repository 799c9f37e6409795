package import RelayNet

/// Where webhooks may go. Callers of the API choose the URL, so it must not open the relay's own network to them, nor the
/// relay itself: what listens on its public addresses for the operator's own network alone is no business of theirs.
package struct WebhookTargetPolicy: Sendable {
    private let allowedNetworks: [IPNetwork]
    private let allowsLoopback: Bool
    private let ownAddresses: @Sendable () -> [IPAddress]

    /// - Parameters:
    ///   - allowedNetworks: may be reached although they are not on the Internet, or are this relay.
    ///   - allowsLoopback: for development.
    ///   - ownAddresses: the relay's own addresses now, the public one that no interface has included.
    package init(
        allowedNetworks: [IPNetwork] = [],
        allowsLoopback: Bool = false,
        ownAddresses: @escaping @Sendable () -> [IPAddress] = { [] }
    ) {
        self.allowedNetworks = allowedNetworks
        self.allowsLoopback = allowsLoopback
        self.ownAddresses = ownAddresses
    }

    func allows(_ address: IPAddress) -> Bool { objection(to: address) == nil }

    /// What the address is, where it is one that webhooks may not go to.
    private func objection(to address: IPAddress) -> String? {
        if allowsLoopback, address.reach == .loopback { return nil }
        if allowedNetworks.contains(where: { $0.contains(address) }) { return nil }
        if !address.isGlobal { return address.reach.rawValue }
        let own = ownAddresses()
        return own.contains(address) || address.embeddedIPv4.map(own.contains) == true ? "this relay's own" : nil
    }

    enum Judgement: Equatable {
        /// Connect to this one.
        case allowed(IPAddress)
        /// What it is, in words that follow "which is".
        case forbidden(IPAddress, String)
        case unresolved(String)
    }

    /// Takes the first address of a host, unless any of them is forbidden: a name that mixes both is a trick.
    func judge(_ lookup: HostResolver.Outcome) -> Judgement {
        switch lookup {
        case .failed(let reason): return .unresolved(reason)
        case .addresses(let addresses):
            for address in addresses {
                if let objection = objection(to: address) { return .forbidden(address, objection) }
            }
            return addresses.first.map { .allowed($0) } ?? .unresolved("the host has no address")
        }
    }

    /// Why a webhook can never go to this URL, as far as the URL alone tells; `nil` where it may, or its name has to be
    /// looked up first. In words for the API's answer.
    package func refusal(of url: String) -> String? {
        guard let host = WebhookHost(url) else { return WebhookHost.refusal }
        guard let literal = HostResolver.literal(host.name),
            case .forbidden(let address, let objection) = judge(literal)
        else { return nil }
        return Self.words(host.name, address, objection)
    }

    /// Why a host is refused. Callers of the API read it, so the address that a name has in the relay's own network is
    /// not in it.
    static func words(_ host: String, _ address: IPAddress, _ objection: String) -> String {
        let what =
            HostResolver.literal(host) == nil
            ? "the host has an address that is \(objection)"
            : "the host is the address \(address), which is \(objection)"
        return "\(what); 'webhook.allow_networks' can allow it"
    }
}
