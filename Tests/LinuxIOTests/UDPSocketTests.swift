import Glibc
import LinuxIO
import Testing

@Suite("UDP sockets")
struct UDPSocketTests {
    private static let loopback: [UInt8] = [127, 0, 0, 1]

    @Test("A taken port is told as the failing bind, unless both share it")
    func takenPort() throws {
        let first = try UDPSocket.open(address: Self.loopback, port: 0, UDPSocket.Options())
        let port = try UDPSocket.port(of: first)
        #expect(port != 0)
        let error = #expect(throws: SystemCallError.self) {
            _ = try UDPSocket.open(address: Self.loopback, port: port, UDPSocket.Options())
        }
        #expect(error == SystemCallError("bind", code: EADDRINUSE))
        #expect(error?.isAddressInUse == true)
        #expect(error?.description == "it is in use by another process (bind)")
        var sharing = UDPSocket.Options()
        sharing.sharesPort = true
        let second = try UDPSocket.open(address: Self.loopback, port: 0, sharing)
        let shared = try UDPSocket.port(of: second)
        let third = try UDPSocket.open(address: Self.loopback, port: shared, sharing)
        #expect(try UDPSocket.port(of: third) == shared)
    }

    @Test(
        "An address that this machine does not have is told as the failing bind",
        arguments: [[192, 0, 2, 1], [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]] as [[UInt8]]
    )
    func foreignAddress(address: [UInt8]) {
        let error = #expect(throws: SystemCallError.self) {
            _ = try UDPSocket.open(address: address, port: 0, UDPSocket.Options())
        }
        #expect(error == SystemCallError("bind", code: EADDRNOTAVAIL))
        #expect(error?.isFamilyUnavailable == true)
    }

    @Test("An IPv6 wildcard socket leaves the port free for IPv4")
    func onlyIPv6() throws {
        let six = try UDPSocket.open(address: [UInt8](repeating: 0, count: 16), port: 0, UDPSocket.Options())
        let four = try UDPSocket.open(address: [0, 0, 0, 0], port: try UDPSocket.port(of: six), UDPSocket.Options())
        #expect(try UDPSocket.port(of: four) == UDPSocket.port(of: six))
    }

    @Test("A closed descriptor gives its port back")
    func closing() throws {
        let port: UInt16
        do {
            let socket = try UDPSocket.open(address: Self.loopback, port: 0, UDPSocket.Options())
            port = try UDPSocket.port(of: socket)
        }
        let again = try UDPSocket.open(address: Self.loopback, port: port, UDPSocket.Options())
        #expect(try UDPSocket.port(of: again) == port)
    }

    @Test("The room for received datagrams is told")
    func receiveBuffer() throws {
        var small = UDPSocket.Options()
        small.bufferBytes = 8_192
        let little = try UDPSocket.open(address: Self.loopback, port: 0, small)
        let much = try UDPSocket.open(address: Self.loopback, port: 0, UDPSocket.Options())
        #expect(UDPSocket.receiveBufferBytes(of: little) == 16_384)
        #expect(UDPSocket.receiveBufferBytes(of: much) > 16_384)
    }
}
