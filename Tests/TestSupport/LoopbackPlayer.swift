internal import Glibc

/// A UDP socket on loopback as a player has it: connected, so that it takes datagrams from the one address it talks to.
package final class LoopbackPlayer {
    private let number: Int32

    /// A system call that failed.
    package struct Failure: Error, CustomStringConvertible {
        let call: String
        let code: Int32
        package var description: String { "\(call): \(String(cString: strerror(code)))" }
    }

    /// Opens and connects the socket.
    /// - Parameters:
    ///   - from: the local address, 4 or 16 bytes; nil leaves the choice to the kernel.
    ///   - port: host byte order; 0 takes any free one.
    ///   - to: the relay's address and port.
    package init(from: [UInt8]? = nil, port: UInt16 = 0, to: (address: [UInt8], port: UInt16)) throws {
        let family = to.address.count == 4 ? AF_INET : AF_INET6
        number = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Failure(call: "socket", code: errno) }
        if let from { try Self.call("bind", from, port) { Glibc.bind(number, $0, $1) } }
        try Self.call("connect", to.address, to.port) { Glibc.connect(number, $0, $1) }
    }

    deinit {
        close(number)
    }

    /// Sends one datagram.
    package func send(_ bytes: [UInt8]) throws {
        guard Glibc.send(number, bytes, bytes.count, 0) == bytes.count else { throw Failure(call: "send", code: errno) }
    }

    /// The next datagram; nil where none comes in time or the port is closed.
    package func receive(within milliseconds: Int = 10_000) -> [UInt8]? {
        var descriptor = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(milliseconds)) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 2_048)
        let count = recv(number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    /// The local port, host byte order.
    package var port: UInt16 {
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        return UInt16(bigEndian: storage.sin6_port)
    }

    private static func call(
        _ name: String,
        _ address: [UInt8],
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var storage = sockaddr_in6()
        storage.sin6_family = sa_family_t(address.count == 4 ? AF_INET : AF_INET6)
        storage.sin6_port = port.bigEndian
        // An IPv4 address stands where IPv6 has its flow label.
        withUnsafeMutableBytes(of: &storage) { bytes in
            for (index, byte) in address.enumerated() { bytes[(address.count == 4 ? 4 : 8) + index] = byte }
        }
        let length = MemoryLayout<sockaddr_in>.size
        let size = socklen_t(address.count == 4 ? length : MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
        guard result == 0 else { throw Failure(call: name, code: errno) }
    }
}
