internal import Glibc

/// What the kernel has counted in this network namespace.
package enum NetworkStatistics {
    /// UDP datagrams that a full receive queue has lost, of all sockets of the namespace, since it was made: `RcvbufErrors` and
    /// `MemErrors` of IPv4 and IPv6 (proc(5), /proc/net/snmp). `nil` where that cannot be read.
    package static func udpQueueLosses() -> UInt64? {
        guard let ipv4 = read("/proc/self/net/snmp") else { return nil }
        var losses: UInt64 = 0
        // Two lines a protocol: the names, then the values.
        let lines = ipv4.split(separator: "\n").filter { $0.hasPrefix("Udp: ") }.map { $0.split(separator: " ") }
        guard lines.count == 2 else { return nil }
        for (name, value) in zip(lines[0], lines[1]) where name == "RcvbufErrors" || name == "MemErrors" {
            losses &+= UInt64(value) ?? 0
        }
        // A name and a value a line.
        guard let ipv6 = read("/proc/self/net/snmp6") ?? (errno == ENOENT ? "" : nil) else { return nil }
        for line in ipv6.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            if words.count == 2, words[0] == "Udp6RcvbufErrors" || words[0] == "Udp6MemErrors" {
                losses &+= UInt64(words[1]) ?? 0
            }
        }
        return losses
    }

    private static func read(_ path: String) -> String? {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(number)
        var bytes = [UInt8](repeating: 0, count: 32_768)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return Glibc.read(file.number, rest.baseAddress, rest.count)
            }
            guard got > 0 else { break }
            count += got
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
