import CLinux
import Glibc

/// System calls on the generator's UDP sockets. A socket is a plain descriptor; whoever opened it closes it.
enum UDPSocket {
    /// Opens a non-blocking socket that only talks to `address`, so that a closed port shows as ECONNREFUSED.
    ///
    /// - Parameters:
    ///   - local: where it talks from; `nil` or port 0 lets the kernel choose.
    ///   - stamps: whether arriving datagrams carry the wall clock, which costs every socket of the machine a little.
    static func open(
        connectedTo address: UDPAddress,
        from local: IPv4Endpoint? = nil,
        bufferBytes: Int32,
        stamps: Bool = true
    ) throws(SystemCallError) -> Int32 {
        let descriptor = try open(address.version, bufferBytes: bufferBytes, stamps: stamps)
        do throws(SystemCallError) {
            if let local { try bind(descriptor, to: local) }
            guard address.withSocketAddress({ connect(descriptor, $0, $1) }) == 0 else { throw .last("connect") }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Opens a non-blocking socket that hears everybody who sends to `local`; port 0 lets the kernel choose.
    static func open(boundTo local: IPv4Endpoint, bufferBytes: Int32, stamps: Bool) throws(SystemCallError) -> Int32 {
        let descriptor = try open(.ipv4, bufferBytes: bufferBytes, stamps: stamps)
        do throws(SystemCallError) {
            try bind(descriptor, to: local)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Where an IPv4 socket is bound to.
    static func localEndpoint(of descriptor: Int32) throws(SystemCallError) -> IPv4Endpoint {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard status == 0 else { throw .last("getsockname") }
        return IPv4Endpoint(name)
    }

    /// Sends one datagram from a socket that is not connected; as send(2).
    @inline(__always)
    static func send(
        _ bytes: UnsafeRawPointer,
        _ length: Int,
        from descriptor: Int32,
        to peer: IPv4Endpoint
    ) -> Int {
        var name = peer.socketAddress
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, length, Int32(MSG_DONTWAIT), $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Datagrams that a socket has dropped since it was opened: a full receive queue's, and a filter's. Wraps.
    static func drops(of descriptor: Int32) -> UInt32 {
        // Nine words without an allocation, since thousands of sockets are asked in the middle of a run.
        var words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        var length = socklen_t(SocketOption.memoryInformationCount * MemoryLayout<UInt32>.size)
        let wanted = length
        return withUnsafeMutableBytes(of: &words) { buffer in
            let status = getsockopt(
                descriptor,
                SOL_SOCKET,
                SocketOption.memoryInformation,
                buffer.baseAddress,
                &length
            )
            guard status == 0, length == wanted else { return 0 }
            return buffer.load(
                fromByteOffset: SocketOption.dropsIndex * MemoryLayout<UInt32>.size,
                as: UInt32.self
            )
        }
    }

    private static func open(
        _ version: UDPAddress.Version,
        bufferBytes: Int32,
        stamps: Bool
    ) throws(SystemCallError) -> Int32 {
        let descriptor = socket(
            version == .ipv4 ? AF_INET : AF_INET6,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { throw .last("socket") }
        // Past net.core.rmem_max only with CAP_NET_ADMIN; what the kernel grants is enough, losses are noticed.
        if !set(descriptor, SOL_SOCKET, Int32(CLINUX_SO_RCVBUFFORCE), bufferBytes) {
            _ = set(descriptor, SOL_SOCKET, SO_RCVBUF, bufferBytes)
        }
        if stamps { _ = set(descriptor, SOL_SOCKET, SocketOption.timestampNanoseconds, 1) }
        return descriptor
    }

    /// Makes the kernel cut what a socket sends into datagrams of so many bytes, the last one shorter (udp(7), UDP_SEGMENT).
    static func setSegment(_ bytes: Int, of descriptor: Int32) -> Bool {
        set(descriptor, Int32(CLINUX_SOL_UDP), Int32(CLINUX_UDP_SEGMENT), Int32(bytes))
    }

    private static func bind(_ descriptor: Int32, to local: IPv4Endpoint) throws(SystemCallError) {
        var name = local.socketAddress
        let status = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw .last("bind") }
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }
}

/// Numbers from `<asm-generic/socket.h>` and `<linux/sock_diag.h>` that Swift's Glibc module leaves out.
enum SocketOption {
    /// SO_TIMESTAMPNS, and SCM_TIMESTAMPNS as a control message: a `timespec` of when a datagram arrived.
    static let timestampNanoseconds: Int32 = 35
    /// SO_MEMINFO: an array of 32-bit figures about a socket's memory.
    static let memoryInformation: Int32 = 55
    /// SK_MEMINFO_VARS
    static let memoryInformationCount = 9
    /// SK_MEMINFO_DROPS
    static let dropsIndex = 8
}
