internal import Glibc
internal import NIOCore

/// A listening socket that was opened before this process ran, by the service manager.
package struct InheritedListener: Sendable {
    let number: Int32

    /// Takes a descriptor over, or closes it.
    /// - Parameters:
    ///   - number: an open descriptor; it belongs to the listener from now on.
    ///   - address: where the configuration wants to listen; the socket has to listen exactly there.
    ///   - name: the configuration key of that address, for the message.
    /// - Throws: `ListenerError` that says what the descriptor is instead; it is closed then.
    package init(_ number: Int32, listeningOn address: ListenAddress, named name: String) throws(ListenerError) {
        guard let bound = Self.address(of: number) else {
            close(number)
            throw ListenerError("the socket passed on for '\(name)' is no listener: set ListenStream= in its unit")
        }
        guard Self.isSame(bound, address) else {
            close(number)
            throw ListenerError(
                "the socket passed on for '\(name)' listens on \(bound), not on \(address): make '\(name)' and "
                    + "ListenStream= the same"
            )
        }
        self.number = number
    }

    /// Where a listening stream socket listens; `nil` for anything else.
    private static func address(of number: Int32) -> ListenAddress? {
        guard option(SO_ACCEPTCONN, of: number) == 1, option(SO_TYPE, of: number) == Int32(SOCK_STREAM.rawValue) else {
            return nil
        }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        guard status == 0 else { return nil }
        return withUnsafeBytes(of: &storage) { raw in
            // The layouts of ip(7), ipv6(7) and unix(7): port at 2, address at 4 or 8, path at 2.
            let port = Int(raw[2]) << 8 | Int(raw[3])
            switch Int32(raw.load(as: sa_family_t.self)) {
            case AF_INET: return text(AF_INET, raw[4..<8]).map { .tcp(host: $0, port: port) }
            case AF_INET6: return text(AF_INET6, raw[8..<24]).map { .tcp(host: $0, port: port) }
            case AF_UNIX:
                return .unix(path: String(decoding: raw[2..<Int(length)].prefix { $0 != 0 }, as: UTF8.self))
            default: return nil
            }
        }
    }

    private static func isSame(_ bound: ListenAddress, _ wanted: ListenAddress) -> Bool {
        guard case .tcp(let host, let port) = wanted, case .tcp(let boundHost, port) = bound else {
            return bound == wanted
        }
        // One address has several spellings, and the kernel's is one of them.
        return (try? SocketAddress(ipAddress: host, port: port))
            == (try? SocketAddress(ipAddress: boundHost, port: port))
    }

    private static func text(_ family: Int32, _ bytes: Slice<UnsafeRawBufferPointer>) -> String? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isText = Array(bytes).withUnsafeBytes {
            inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) != nil
        }
        return isText ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    private static func option(_ name: Int32, of number: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(4)
        return getsockopt(number, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}
