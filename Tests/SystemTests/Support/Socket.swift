import Glibc

/// A system call on a socket that failed.
struct SocketError: Error, CustomStringConvertible {
    var call: String
    var code: Int32

    var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// One descriptor, closed with its last reference and never inherited by the programs under test.
final class Socket {
    let descriptor: Int32

    init(_ family: Int32, _ type: __socket_type) throws {
        descriptor = Glibc.socket(family, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(call: "socket", code: errno) }
    }

    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    func enable(_ option: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    func bind(_ address: SocketAddress) throws {
        try check("bind \(address)", address.withPointer { Glibc.bind(descriptor, $0, $1) })
    }

    func connect(_ address: SocketAddress) throws {
        try check("connect \(address)", address.withPointer { Glibc.connect(descriptor, $0, $1) })
    }

    func listen() throws {
        try check("listen", Glibc.listen(descriptor, 64))
    }

    /// The next connection, or nil when none came within the limit.
    func accept(within limit: Duration) throws -> Socket? {
        guard try waitReadable(within: limit) else { return nil }
        let connection = Glibc.accept(descriptor, nil, nil)
        guard connection >= 0 else { throw SocketError(call: "accept", code: errno) }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        return Socket(adopting: connection)
    }

    /// Sends at most what the kernel takes now; returns the number of bytes taken.
    @discardableResult
    func send(_ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count >= 0 else { throw SocketError(call: "send", code: errno) }
        return count
    }

    /// What is there to read: one datagram, or the next bytes of a stream (empty at its end); nil after the limit.
    func receive(within limit: Duration, atMost size: Int = 65_536) throws -> [UInt8]? {
        guard try waitReadable(within: limit) else { return nil }
        var error: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let result = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if result < 0 { error = errno }
            count = max(0, result)
        }
        guard error == 0 else { throw SocketError(call: "recv", code: error) }
        return bytes
    }

    func waitReadable(within limit: Duration) throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while true {
            let left = end - clock.now
            let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let result = Glibc.poll(&poll, 1, Int32(max(0, milliseconds + (left > .zero ? 1 : 0))))
            if result > 0 { return true }
            if result == 0 { return false }
            guard errno == EINTR else { throw SocketError(call: "poll", code: errno) }
        }
    }

    /// The local port number.
    var port: UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // The port stands at the same place in both families.
        return UInt16(bigEndian: address.sin6_port)
    }

    private func check(_ call: String, _ result: Int32) throws {
        guard result == 0 else { throw SocketError(call: call, code: errno) }
    }
}
