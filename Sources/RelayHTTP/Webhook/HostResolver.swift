internal import Glibc
internal import NIOPosix
internal import RelayNet

/// Finds the addresses of a host by getaddrinfo(3), on a thread that may block.
enum HostResolver {
    enum Outcome: Sendable, Equatable {
        /// In the system's order of preference (RFC 6724), without repetition.
        case addresses([IPAddress])
        case failed(String)
    }

    typealias Lookup = @Sendable (_ host: String) async -> Outcome

    /// Answers early when the task is cancelled; the look-up itself cannot be stopped and ends by its own limits.
    @Sendable static func system(_ host: String) async -> Outcome {
        let (outcomes, continuation) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
        NIOThreadPool.singleton.submit { _ in
            continuation.yield(lookUp(host))
            continuation.finish()
        }
        for await outcome in outcomes { return outcome }
        return .failed("the look-up was stopped")
    }

    private static func lookUp(_ host: String) -> Outcome {
        // A literal is what it says, even of a family that this machine has no route for.
        if let literal = IPAddress(host) { return .addresses([literal]) }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
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
