import CLinux
import Glibc

/// An IPv4 address and UDP port in one word, for tables and for sockets that talk to more than one peer.
package struct IPv4Endpoint: BitwiseCopyable, Sendable, Equatable {
    /// As a number: 127.0.0.1 is 0x7F000001.
    package var address: UInt32
    package var port: UInt16

    package init(address: UInt32, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// 127.0.0.`last`.
    static func loopback(_ last: UInt32 = 1, port: UInt16 = 0) -> IPv4Endpoint {
        IPv4Endpoint(address: 0x7F00_0000 &+ last, port: port)
    }

    /// Reads the word that ``packed`` makes.
    @inline(__always)
    package init(packed: Int64) {
        address = UInt32(truncatingIfNeeded: packed &>> 16)
        port = UInt16(truncatingIfNeeded: packed)
    }

    /// The address above the port: never negative, and 0 for no endpoint at all.
    @inline(__always)
    package var packed: Int64 { Int64(address) &<< 16 | Int64(port) }

    init(_ name: sockaddr_in) {
        self.init(address: UInt32(bigEndian: name.sin_addr.s_addr), port: UInt16(bigEndian: name.sin_port))
    }

    /// The endpoint as the socket calls want it.
    @inline(__always)
    var socketAddress: sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = address.bigEndian
        return name
    }
}
