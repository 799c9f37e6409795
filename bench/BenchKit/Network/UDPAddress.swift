import Glibc

/// An IP address and UDP port that a socket can be connected to.
package struct UDPAddress: Sendable, CustomStringConvertible {
    /// The IP version of an address.
    package enum Version: Sendable, Equatable {
        case ipv4
        case ipv6
    }

    private let storage: sockaddr_storage
    private let length: socklen_t
    package let version: Version
    /// The IP address alone, as it is written: `127.0.0.1`, `::1`.
    package let host: String
    /// The address as it is written: `127.0.0.1:32000`, `[::1]:32000`.
    package let description: String

    /// All addresses of a name or literal, in the system's order of preference.
    ///
    /// Throws ``BenchError`` where there are none. Asks the system's resolver, so the call may block.
    package static func resolve(host: String, port: UInt16, version: Version? = nil) throws(BenchError) -> [UDPAddress]
    {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_family =
            switch version {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case nil: AF_UNSPEC
            }
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            let wanted = version.map { $0 == .ipv4 ? " as an IPv4 address" : " as an IPv6 address" } ?? ""
            throw BenchError("Cannot resolve \(host)\(wanted): \(String(cString: gai_strerror(status))).")
        }
        defer { freeaddrinfo(list) }
        var addresses: [UDPAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = UDPAddress(info) { addresses.append(address) }
            entry = info.ai_next
        }
        guard !addresses.isEmpty else { throw BenchError("\(host) has no IP address.") }
        return addresses
    }

    private init?(_ info: addrinfo) {
        guard let address = info.ai_addr, info.ai_addrlen <= MemoryLayout<sockaddr_storage>.size,
            info.ai_family == AF_INET || info.ai_family == AF_INET6
        else { return nil }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen)))
        }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: 8)
        let status = getnameinfo(
            address,
            info.ai_addrlen,
            &host,
            socklen_t(host.count),
            &port,
            socklen_t(port.count),
            NI_NUMERICHOST | NI_NUMERICSERV
        )
        guard status == 0 else { return nil }
        self.storage = storage
        length = info.ai_addrlen
        version = info.ai_family == AF_INET ? .ipv4 : .ipv6
        let hostText = UDPAddress.text(host)
        self.host = hostText
        description =
            version == .ipv4 ? "\(hostText):\(UDPAddress.text(port))" : "[\(hostText)]:\(UDPAddress.text(port))"
    }

    /// Whether it is in 127.0.0.0/8.
    package var isIPv4Loopback: Bool { version == .ipv4 && host.hasPrefix("127.") }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Calls `body` with the address as the socket calls want it.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
