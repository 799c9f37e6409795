internal import Glibc

/// The addresses of this machine's interfaces.
package enum LocalInterfaces {
    /// Every IPv4 (4 bytes) and IPv6 (16 bytes) address, network order.
    package static func addresses() -> [[UInt8]] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [[UInt8]] = []
        var next = first
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let name = entry.pointee.ifa_addr else { continue }
            let raw = UnsafeRawPointer(name)
            switch Int32(name.pointee.sa_family) {
            case AF_INET: found.append([UInt8](UnsafeRawBufferPointer(start: raw + 4, count: 4)))
            case AF_INET6: found.append([UInt8](UnsafeRawBufferPointer(start: raw + 8, count: 16)))
            default: continue
            }
        }
        return found
    }
}
