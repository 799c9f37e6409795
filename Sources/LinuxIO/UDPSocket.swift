internal import CLinux
internal import Glibc

/// Opening UDP sockets the way the data plane wants them.
public enum UDPSocket {
    /// How a socket is opened.
    package struct Options: Sendable {
        /// Several sockets share the port; the kernel spreads datagrams over them.
        package var sharesPort = false
        /// Each datagram tells which local address it came to: for sockets bound to all addresses.
        package var reportsLocalAddress = false
        /// The class of service that everything sent is marked with (RFC 2474), 0 … 63.
        package var dscp: UInt8 = 0
        /// Wanted room for datagrams not read or not sent yet, in bytes.
        package var bufferBytes: Int32 = 4 << 20

        package init() {}
    }

    /// Opens a non-blocking UDP socket bound to an address.
    /// - Parameters:
    ///   - address: 4 or 16 bytes, network order. A socket of 16 bytes takes IPv6 only.
    ///   - port: host byte order; 0 takes any free one.
    /// - Throws: `SystemCallError` of the call that failed.
    package static func open(address: [UInt8], port: UInt16, _ options: Options) throws(SystemCallError) -> Descriptor {
        let family = address.count == 4 ? AF_INET : AF_INET6
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = Descriptor(try systemCall("socket") { socket(family, type, 0) })
        if family == AF_INET6 { try set(descriptor.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        if options.sharesPort { try set(descriptor.number, SOL_SOCKET, SO_REUSEPORT, 1) }
        if options.reportsLocalAddress { try reportLocalAddress(descriptor.number, isIPv4: family == AF_INET) }
        setBuffers(descriptor.number, options.bufferBytes)
        try setPath(descriptor.number, isIPv4: family == AF_INET, dscp: options.dscp)
        try bind(descriptor.number, address: address, port: port)
        return descriptor
    }

    /// Lets further sockets of this user be bound to the address and port of one that is bound already.
    package static func allowSharing(_ descriptor: borrowing Descriptor) throws(SystemCallError) {
        try set(descriptor.number, SOL_SOCKET, SO_REUSEPORT, 1)
    }

    /// Whether the kernel can cut a message into datagrams (UDP_SEGMENT, Linux 4.18). Older kernels do not refuse such a
    /// message: they send it as one datagram.
    public static var canSegment: Bool {
        let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(number) }
        var size: Int32 = 0
        var length: socklen_t = 4
        return getsockopt(number, Int32(CLINUX_SOL_UDP), Int32(CLINUX_UDP_SEGMENT), &size, &length) == 0
    }

    /// The port a socket is bound to, host byte order.
    package static func port(of descriptor: borrowing Descriptor) throws(SystemCallError) -> UInt16 {
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let number = descriptor.number
        try systemCall("getsockname") {
            withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
            }
        }
        return UInt16(bigEndian: storage.sin6_port)
    }

    /// Has a bound socket tell with each datagram which local address it came to.
    private static func reportLocalAddress(_ number: Int32, isIPv4: Bool) throws(SystemCallError) {
        if isIPv4 {
            try set(number, Int32(IPPROTO_IP), Int32(CLINUX_IP_PKTINFO), 1)
        } else {
            try set(number, Int32(IPPROTO_IPV6), Int32(CLINUX_IPV6_RECVPKTINFO), 1)
        }
    }

    /// Makes a socket that somebody else has opened and bound behave like one from `open`. Its buffers stay as they are: who
    /// opened it may have been allowed more.
    package static func prepare(
        _ number: Int32,
        isIPv4: Bool,
        reportsLocalAddress: Bool,
        dscp: UInt8
    ) throws(SystemCallError) {
        let flags = try systemCall("fcntl F_GETFL") { fcntl(number, F_GETFL) }
        try systemCall("fcntl F_SETFL") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
        try systemCall("fcntl F_SETFD") { fcntl(number, F_SETFD, FD_CLOEXEC) }
        if reportsLocalAddress { try Self.reportLocalAddress(number, isIPv4: isIPv4) }
        try setPath(number, isIPv4: isIPv4, dscp: dscp)
    }

    /// What a socket that somebody else has opened is bound to: 4 or 16 bytes, network order, and the port, host byte order.
    /// - Throws: `Unusable` where it is no UDP socket of one address family.
    package static func inspect(_ number: Int32) throws(Unusable) -> (address: [UInt8], port: UInt16) {
        guard option(number, SOL_SOCKET, SO_TYPE) == Int32(SOCK_DGRAM.rawValue) else {
            throw Unusable(words: "it is not for datagrams")
        }
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        let port = UInt16(bigEndian: storage.sin6_port)
        guard status == 0, port != 0 else { throw Unusable(words: "it is not bound") }
        switch Int32(storage.sin6_family) {
        case AF_INET:
            return (withUnsafeBytes(of: &storage.sin6_flowinfo) { Array($0) }, port)
        case AF_INET6 where option(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY) == 1:
            return (withUnsafeBytes(of: &storage.sin6_addr) { Array($0) }, port)
        case AF_INET6:
            throw Unusable(words: "it takes IPv4 and IPv6 at once; set BindIPv6Only=ipv6-only and list IPv4 by itself")
        default:
            throw Unusable(words: "it is neither IPv4 nor IPv6")
        }
    }

    /// Why a socket cannot be used, for the operator.
    package struct Unusable: Error {
        package var words: String
    }

    private static func option(_ number: Int32, _ level: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(4)
        return getsockopt(number, level, name, &value, &length) == 0 ? value : nil
    }

    /// The room the kernel really gives for received datagrams, in bytes of its own accounting.
    package static func receiveBufferBytes(of descriptor: borrowing Descriptor) -> Int {
        var value: Int32 = 0
        var length = socklen_t(4)
        getsockopt(descriptor.number, SOL_SOCKET, SO_RCVBUF, &value, &length)
        return Int(value)
    }

    /// Datagrams that the socket's full receive queue has lost since it was opened, modulo 2³² (sock_diag(7), SK_MEMINFO_DROPS).
    /// Asked for now and then, since having every datagram tell (SO_RXQ_OVFL) costs every datagram.
    package static func lostDatagrams(of number: Int32) -> UInt32 {
        // Nine 32-bit figures, of which the last is asked for. On the stack: a worker allocates nothing.
        var figures: (UInt64, UInt64, UInt64, UInt64, drops: UInt32) = (0, 0, 0, 0, 0)
        var length: socklen_t = 36
        let status = getsockopt(number, SOL_SOCKET, Int32(CLINUX_SO_MEMINFO), &figures, &length)
        return status == 0 && length == 36 ? figures.drops : 0
    }

    static func set(_ number: Int32, _ level: Int32, _ option: Int32, _ value: Int32) throws(SystemCallError) {
        var value = value
        try systemCall("setsockopt") { setsockopt(number, level, option, &value, 4) }
    }

    /// The forced form passes `net.core.rmem_max` and needs CAP_NET_ADMIN; the plain form is the fallback.
    private static func setBuffers(_ number: Int32, _ bytes: Int32) {
        var bytes = bytes
        if setsockopt(number, SOL_SOCKET, Int32(CLINUX_SO_RCVBUFFORCE), &bytes, 4) != 0 {
            setsockopt(number, SOL_SOCKET, SO_RCVBUF, &bytes, 4)
        }
        if setsockopt(number, SOL_SOCKET, Int32(CLINUX_SO_SNDBUFFORCE), &bytes, 4) != 0 {
            setsockopt(number, SOL_SOCKET, SO_SNDBUF, &bytes, 4)
        }
    }

    private static func bind(_ number: Int32, address: [UInt8], port: UInt16) throws(SystemCallError) {
        var storage = sockaddr_in6()
        let length: Int
        let family = address.count == 4 ? AF_INET : AF_INET6
        (storage.sin6_family, storage.sin6_port) = (sa_family_t(family), port.bigEndian)
        if address.count == 4 {
            length = MemoryLayout<sockaddr_in>.size
            withUnsafeMutableBytes(of: &storage.sin6_flowinfo) { $0.copyBytes(from: address) }
        } else {
            length = MemoryLayout<sockaddr_in6>.size
            withUnsafeMutableBytes(of: &storage.sin6_addr) { $0.copyBytes(from: address) }
        }
        try systemCall("bind") {
            withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.bind(number, $0, socklen_t(length))
                }
            }
        }
    }
}
