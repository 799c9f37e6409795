import CLinux
import Glibc

/// System calls on the generator's UDP sockets. A socket is a plain descriptor; whoever opened it closes it.
enum UDPSocket {
    /// Opens a non-blocking socket that only talks to `address`, so that a closed port shows as ECONNREFUSED.
    ///
    /// The kernel picks the local port. Arriving datagrams are stamped with the wall clock.
    static func open(connectedTo address: UDPAddress, bufferBytes: Int32) throws(SystemCallError) -> Int32 {
        let family = address.version == .ipv4 ? AF_INET : AF_INET6
        let descriptor = socket(
            family,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { throw .last("socket") }
        // Past net.core.rmem_max only with CAP_NET_ADMIN; what the kernel grants is enough, losses are noticed.
        if !set(descriptor, SOL_SOCKET, Int32(CLINUX_SO_RCVBUFFORCE), bufferBytes) {
            _ = set(descriptor, SOL_SOCKET, SO_RCVBUF, bufferBytes)
        }
        _ = set(descriptor, SOL_SOCKET, SocketOption.timestampNanoseconds, 1)
        let status = address.withSocketAddress { connect(descriptor, $0, $1) }
        guard status == 0 else {
            let error = SystemCallError.last("connect")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Datagrams that a socket's full receive queue has dropped since it was opened.
    static func receiveDrops(of descriptor: Int32) -> UInt64 {
        var information = [UInt32](repeating: 0, count: SocketOption.memoryInformationCount)
        var length = socklen_t(information.count * MemoryLayout<UInt32>.size)
        let status = getsockopt(descriptor, SOL_SOCKET, SocketOption.memoryInformation, &information, &length)
        guard status == 0, Int(length) == information.count * MemoryLayout<UInt32>.size else { return 0 }
        return UInt64(information[SocketOption.dropsIndex])
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
