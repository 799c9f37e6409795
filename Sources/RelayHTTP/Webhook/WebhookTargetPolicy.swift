package import RelayNet

/// Where webhooks may go. Callers of the API choose the URL, so it must not open the relay's own network to them.
package struct WebhookTargetPolicy: Sendable, Equatable {
    private let allowedNetworks: [IPNetwork]
    private let allowsLoopback: Bool

    /// - Parameters:
    ///   - allowedNetworks: may be reached although they are not on the Internet.
    ///   - allowsLoopback: for development.
    package init(allowedNetworks: [IPNetwork] = [], allowsLoopback: Bool = false) {
        self.allowedNetworks = allowedNetworks
        self.allowsLoopback = allowsLoopback
    }

    func allows(_ address: IPAddress) -> Bool {
        address.isGlobal || allowsLoopback && address.reach == .loopback
            || allowedNetworks.contains { $0.contains(address) }
    }

    enum Judgement: Equatable {
        /// Connect to this one.
        case allowed(IPAddress)
        case forbidden(IPAddress, IPAddress.Reach)
        case unresolved(String)
    }

    /// Takes the first address of a host, unless any of them is forbidden: a name that mixes both is a trick.
    func judge(_ lookup: HostResolver.Outcome) -> Judgement {
        switch lookup {
        case .failed(let reason): return .unresolved(reason)
        case .addresses(let addresses):
            if let forbidden = addresses.first(where: { !allows($0) }) { return .forbidden(forbidden, forbidden.reach) }
            return addresses.first.map { .allowed($0) } ?? .unresolved("the host has no address")
        }
    }
}
