package import RelayNet

/// Who makes a call on a lobby service.
package struct LobbyCaller: Sendable, Equatable {
    /// The address that the request came from.
    package var address: IPAddress
    /// Whether an API key lets it do what is otherwise bound to addresses.
    package var isTrusted: Bool
    /// Whether the address says who calls. It does not for a web page, whose visitor's address is no credential of the
    /// page, nor behind a proxy that hides who calls.
    package var hasRightsByAddress: Bool

    package init(address: IPAddress, isTrusted: Bool = false, hasRightsByAddress: Bool = true) {
        self.address = address
        self.isTrusted = isTrusted
        self.hasRightsByAddress = hasRightsByAddress
    }

    /// What tells callers apart: the IPv4 address, or the /64 network of an IPv6 address, since hosts change the rest.
    package var source: String {
        guard !address.isIPv4, let network = IPNetwork(address, prefixLength: 64) else { return address.description }
        return network.description
    }

    /// Whether it may do what callers at this source may.
    func speaksFor(_ source: String?) -> Bool { hasRightsByAddress && source == self.source }
}
