import Glibc

extension IPAddress: CustomStringConvertible {
    /// Reads a dotted quad or an IPv6 address; `nil` for anything else.
    ///
    /// IPv4 has four decimal numbers without leading zeros. IPv6 comes without zone and without brackets. Surrounding
    /// space, ports and prefix lengths are refused. The grammar is that of inet_pton(3).
    package init?(_ text: String) {
        // The longest spelling has 45 characters; a NUL would end the C string early and hide what follows.
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            var storage = in6_addr()
            guard inet_pton(AF_INET6, text, &storage) == 1 else { return nil }
            self.init(bytes: withUnsafeBytes(of: &storage) { Array($0) })
        } else {
            var storage = in_addr()
            guard inet_pton(AF_INET, text, &storage) == 1 else { return nil }
            self.init(ipv4: UInt32(bigEndian: storage.s_addr))
        }
    }

    /// The canonical text: a dotted quad, or the shortest lowercase form of IPv6 (RFC 5952), without brackets.
    package var description: String {
        let source = bytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(isIPv4 ? AF_INET : AF_INET6, source, &text, socklen_t(text.count)) != nil else {
            // inet_ntop(3) fails only for an unknown family or a short buffer.
            preconditionFailure("inet_ntop refused \(source)")
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The text as it stands before a port: IPv6 in brackets, IPv4 bare.
    package var bracketed: String { isIPv4 ? description : "[\(description)]" }
}
