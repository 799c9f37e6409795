internal import Glibc
internal import RelayNet

/// Finds the addresses of a host by getaddrinfo(3).
enum HostResolver {
    enum Outcome: Sendable, Equatable {
        /// In the system's order of preference (RFC 6724), without repetition.
        case addresses([IPAddress])
        case failed(String)
    }

    /// Asks whoever knows names; blocks for as long as that takes.
    @Sendable static func lookUp(_ host: String) -> Outcome { ask(host, flags: AI_ADDRCONFIG) }

    /// The address of a host that is one, in any of the forms that getaddrinfo(3) takes (`127.1`, `0x7f.1`); `nil` for a
    /// name. Asks nobody.
    static func literal(_ host: String) -> Outcome? {
        // What it says, even of a family that this machine has no route for.
        if let address = IPAddress(host) { return .addresses([address]) }
        let outcome = ask(host, flags: AI_NUMERICHOST)
        if case .failed = outcome { return nil }
        return outcome
    }

    private static func ask(_ host: String, flags: CInt) -> Outcome {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else { return .failed("the host has no address: \(String(cString: gai_strerror(status)))") }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            if let address = address(of: entry.pointee), !addresses.contains(address) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return .addresses(addresses)
    }

    private static func address(of entry: addrinfo) -> IPAddress? {
        guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
        // By offset (ip(7), ipv6(7)): which module owns the fields depends on what else the build has seen.
        switch entry.ai_family {
        case AF_INET: return IPAddress(bytes: UnsafeRawBufferPointer(start: raw + 4, count: 4))
        case AF_INET6: return IPAddress(bytes: UnsafeRawBufferPointer(start: raw + 8, count: 16))
        default: return nil
        }
    }
}
