internal import CLinux
internal import Glibc

// How what a socket sends is treated on its way.
extension UDPSocket {
    /// Lets routers fragment what a socket sends, and marks it with a class of service.
    ///
    /// By default the kernel forbids fragmentation over IPv4 and waits to be told of a path that is too narrow: where that
    /// message is lost (it often is), every datagram longer than the path takes is lost without a trace. Here datagrams never
    /// forbid it, alone or joined, and no forged message makes the kernel cut them up (ip(7), IP_PMTUDISC_OMIT, Linux 3.15).
    /// Over IPv6 the longest, 1,248 bytes with headers, fits every path there is.
    static func setPath(_ number: Int32, isIPv4: Bool, dscp: UInt8) throws(SystemCallError) {
        let level = Int32(isIPv4 ? IPPROTO_IP : IPPROTO_IPV6)
        let discovery = Int32(isIPv4 ? CLINUX_IP_MTU_DISCOVER : CLINUX_IPV6_MTU_DISCOVER)
        if !trySet(number, level, discovery, Int32(CLINUX_PMTUDISC_OMIT)) {
            try set(number, level, discovery, Int32(CLINUX_PMTUDISC_DONT))
        }
        let serviceClass = Int32(isIPv4 ? CLINUX_IP_TOS : CLINUX_IPV6_TCLASS)
        // The two bits below belong to congestion notification.
        try set(number, level, serviceClass, Int32(dscp & 63) << 2)
    }

    private static func trySet(_ number: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        return setsockopt(number, level, option, &value, 4) == 0
    }
}
