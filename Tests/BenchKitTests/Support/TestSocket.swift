import CLinux
import Glibc

/// A plain UDP socket on 127.0.0.1 for stand-ins of forwarders: IPv4, blocking unless asked not to.
struct TestSocket {
    let descriptor: Int32
    let port: UInt16

    /// Port 0 lets the kernel choose. `nil` where the port is taken.
    init?(port wanted: UInt16 = 0) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var name = TestSocket.name(of: wanted)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        port = UInt16(bigEndian: name.sin_port)
    }

    /// `count` sockets on ports that follow each other.
    static func row(_ count: Int) -> [TestSocket] {
        while true {
            guard let first = TestSocket() else { fatalError("no UDP socket") }
            let others = (1..<max(1, count)).map { TestSocket(port: first.port &+ UInt16($0)) }
            let found = [first] + others.compactMap { $0 }
            if found.count == count { return found }
            for socket in found { close(socket.descriptor) }
        }
    }

    /// What waits in the socket and the port it came from, or `nil`.
    func receive() -> (bytes: [UInt8], source: UInt16)? {
        var bytes = [UInt8](repeating: 0, count: 2048)
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT), $0, &length)
            }
        }
        guard count >= 0 else { return nil }
        return (Array(bytes[0..<count]), UInt16(bigEndian: name.sin_port))
    }

    func send(_ bytes: [UInt8], to port: UInt16) {
        var name = TestSocket.name(of: port)
        withUnsafeMutablePointer(to: &name) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Waits until one of the sockets has something, 20 ms at most.
    static func wait(for sockets: [TestSocket]) {
        var ready = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        poll(&ready, nfds_t(ready.count), 20)
    }

    static func name(of port: UInt16) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return name
    }
}

extension TestSocket {
    static func isOpen(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }
}
