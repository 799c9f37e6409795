/// A session, its place in the run, and where its players send to.
struct Assignment: Sendable {
    /// The session's number over the whole run, from 0: what its payloads carry.
    let index: Int
    let session: BenchSession
    let server: AddressPair
    let client: AddressPair

    /// The address that a player sends to; user 0 is the host.
    func address(ofUser user: Int) -> UDPAddress {
        let pair = user == 0 ? server : client
        return (index + user).isMultiple(of: 2) ? pair.even : pair.odd
    }
}

/// The addresses of one port: for every second player the other one. Both are the same unless IP versions are mixed.
struct AddressPair: Sendable {
    let even: UDPAddress
    let odd: UDPAddress
}

/// Finds the addresses of sessions' ports, asking the resolver once for each name and port.
struct AddressBook {
    private let family: RunPlan.Family
    private var known: [Key: AddressPair] = [:]

    private struct Key: Hashable {
        let ip: String
        let host: String
        let port: UInt16
    }

    init(family: RunPlan.Family) {
        self.family = family
    }

    /// The addresses of a session's port for the IP versions of the plan; throws where the relay has none of them.
    mutating func addresses(of session: BenchSession, port: UInt16) throws(BenchError) -> AddressPair {
        // Names under a wildcard domain differ in each session and lead to the same relay, so the IP comes first.
        let key = Key(ip: session.relayIP, host: needsName(session) ? session.relayHost : "", port: port)
        if let pair = known[key] { return pair }
        let pair: AddressPair
        switch family {
        case .announced:
            let address = try AddressBook.first(session.relayIP, port)
            pair = AddressPair(even: address, odd: address)
        case .ipv4:
            let address = try AddressBook.find(session, port, .ipv4)
            pair = AddressPair(even: address, odd: address)
        case .ipv6:
            let address = try AddressBook.find(session, port, .ipv6)
            pair = AddressPair(even: address, odd: address)
        case .mixed:
            pair = AddressPair(
                even: try AddressBook.find(session, port, .ipv4),
                odd: try AddressBook.find(session, port, .ipv6)
            )
        }
        known[key] = pair
        return pair
    }

    private func needsName(_ session: BenchSession) -> Bool {
        switch family {
        case .announced: false
        case .ipv4: session.relayIP.contains(":") && session.relayIP != "::1"
        case .ipv6: !session.relayIP.contains(":") && !session.relayIP.hasPrefix("127.")
        case .mixed: session.relayIP != "::1" && !session.relayIP.hasPrefix("127.")
        }
    }

    private static func find(
        _ session: BenchSession,
        _ port: UInt16,
        _ version: UDPAddress.Version
    ) throws(BenchError) -> UDPAddress {
        let announced = try first(session.relayIP, port)
        if announced.version == version { return announced }
        if session.relayIP.hasPrefix("127.") { return try first("::1", port) }
        if session.relayIP == "::1" { return try first("127.0.0.1", port) }
        do {
            return try first(session.relayHost, port, version)
        } catch {
            throw BenchError(
                """
                The relay announces \(session.relayIP), and its name \(session.relayHost) has no \
                \(version == .ipv4 ? "IPv4" : "IPv6") address. Leave --family out, or give the relay a name with both.
                """
            )
        }
    }

    private static func first(
        _ host: String,
        _ port: UInt16,
        _ version: UDPAddress.Version? = nil
    ) throws(BenchError) -> UDPAddress {
        let addresses = try UDPAddress.resolve(host: host, port: port, version: version)
        guard let address = addresses.first else { throw BenchError("\(host) has no IP address.") }
        return address
    }
}
